import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'ava'
import { readSubject } from '#src/cli/bench-subject.js'
import { Genome } from '#src/genome/genome.js'
import { runBench, type Subject } from '#src/measure/bench.js'
import { parseEndpoint } from '#src/measure/endpoint.js'
import type { BenchPlan } from '#src/measure/plan.js'
import { exportOnnx } from '#src/onnx/export.js'
import { startServer } from '#src/serve/child.js'
import { scratch } from '../cli/run-cli.js'

const plan: BenchPlan = {
  warmUpMs: 10,
  rounds: { inProcessMs: 1, remoteMs: 5, roundsPerWindow: 1, minWindows: 1, maxWindows: 1 },
  traceRows: 64,
  batches: [8],
  population: 20,
  generations: 2,
  trainingRows: 1000,
  trainingSeconds: 0,
  ladder: null,
  expected: 'no time',
}

const random = (seed: number) =>
  Genome.random({ inputs: 3, outputs: 2, hidden: 4, seed, activations: ['tanh'] })

const bench = async (subject: Subject | undefined, urls: string[] = []) => {
  const result = await runBench({
    ...{ plan, quick: true, seed: 3, command: 'test', urls, python: false, subject },
    progress: { stage: () => {}, step: () => {} },
    signal: new AbortController().signal,
  })
  return result!.report
}

test('a URL names a server, its /infer, or a model of it', (t) => {
  const base = 'http://host:1/x'
  t.deepEqual(parseEndpoint(base), { base, kind: 'server', model: null })
  t.deepEqual(parseEndpoint(`${base}/`), { base, kind: 'server', model: null })
  t.deepEqual(parseEndpoint(`${base}/infer`), { base, kind: 'infer', model: null })
  for (const end of ['', '/', '/infer', '/infer/']) {
    t.deepEqual(parseEndpoint(`${base}/v2/models/a%20b${end}`), {
      ...{ base, kind: 'oip', model: 'a%20b' },
    })
  }
})

test.serial(
  'servers that load nothing are asked for the model they serve, and compared',
  async (t) => {
    const folder = await scratch(t)
    const file = join(folder, 'mine.json')
    await writeFile(file, JSON.stringify(random(1)))
    const server = await startServer({ files: [file] })
    t.teardown(() => server.close())
    const urls = [`${server.url}/infer`, `${server.url}/v2/models/mine`, server.url]
    const { measurements, skipped, training } = await bench((await readSubject([file]))!, urls)
    t.deepEqual(training, [])
    for (const name of [
      'url-1-http-batch-8-json',
      'url-2-http-batch-8-binary',
      'url-2-http-single',
    ]) {
      const found = measurements.find((one) => one.name === name)
      t.deepEqual(found?.invalid, [], name)
    }
    t.false(measurements.some(({ name }) => name === 'url-1-http-batch-8-binary'))
    t.regex(skipped[0].why, /--allow-load.*--model.*\/v2\/models\/NAME/)
    const other: Subject = { name: 'other', genomes: [random(2)] }
    const wrong = (await bench(other, [`${server.url}/infer`])).measurements
    const [failed] = wrong.find(({ name }) => name === 'url-1-http-single')!.invalid
    t.is(failed.rule, 'EQUAL_OUTPUTS', 'a server of another model is found out')
  },
)

test.serial(
  'an ONNX model has no native rows, and ONNX Runtime in process stands for them',
  async (t) => {
    const folder = await scratch(t)
    const file = join(folder, 'mine.onnx')
    await writeFile(file, exportOnnx(random(1)))
    const { measurements, verdict, trace } = await bench((await readSubject([file]))!)
    t.deepEqual(
      measurements.map(({ name }) => name),
      [
        ...['onnx-batch-1', 'onnx-batch-8', 'http-single', 'http-concurrent'],
        ...['http-batch-8-json', 'http-batch-8-binary'],
      ],
    )
    for (const { name, invalid } of measurements) t.deepEqual(invalid, [], name)
    t.like(trace, { nodes: null, connections: null, inputs: 3, outputs: 2, population: 1 })
    t.regex(verdict.reasons[0].text, /a row in process \(ONNX Runtime in process, 1 row/)
  },
)

test.serial('several genomes, and a model of several, are a population', async (t) => {
  const folder = await scratch(t)
  const genomes = [random(1), random(2), random(3)]
  const files = genomes.map((_, i) => join(folder, `${i}.json`))
  for (const [i, genome] of genomes.entries()) await writeFile(files[i], JSON.stringify(genome))
  const population = (report: Awaited<ReturnType<typeof bench>>) =>
    report.measurements.filter(({ workload }) => workload === 'population')
  const native = population(await bench((await readSubject(files))!))
  t.deepEqual(
    native.map(({ name }) => name),
    ['native-population', 'onnx-population', 'http-population-json', 'http-population-binary'],
  )
  const file = join(folder, 'all.onnx')
  await writeFile(file, exportOnnx(genomes))
  const report = await bench((await readSubject([file]))!)
  t.is(report.measurements.length, 3, 'no champion to ask')
  for (const { name, invalid, rowsPerCall } of [...native, ...population(report)]) {
    t.deepEqual(invalid, [], name)
    t.is(rowsPerCall, 3)
  }
})

test('what cannot be compared is refused before anything is measured', async (t) => {
  const folder = await scratch(t)
  const file = join(folder, 'mine.onnx')
  await writeFile(file, 'no model')
  await t.throwsAsync(readSubject([file]), { code: 'MODEL_REFUSED', message: /mine\.onnx/ })
  await t.throwsAsync(readSubject([file, file]), { code: 'USAGE' })
  const recurrent = join(folder, 'recurrent.json')
  await writeFile(recurrent, JSON.stringify({ ...random(1).toJSON(), recurrent: true }))
  await t.throwsAsync(readSubject([recurrent]), { code: 'RECURRENT_UNSUPPORTED' })
  t.is(await readSubject([]), undefined)
  await t.throwsAsync(bench(undefined, ['http://127.0.0.1:9/infer']), {
    ...{ code: 'USAGE', message: /--model/ },
  })
})
