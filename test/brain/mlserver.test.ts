import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import anyTest, { type TestFn } from 'ava'
import { request } from 'undici'
import { NeatBrain } from '#src/brain/neat-brain.js'
import { Genome } from '#src/genome/genome.js'

// Proves the remote brain against a server that nobody here wrote.
const test = anyTest as TestFn<{
  url: string
  repository: string
  server: ChildProcess
}>

const root = fileURLToPath(new URL('../..', import.meta.url))
const installed = existsSync(join(root, 'services/mlserver/.venv/bin/mlserver'))
const genomes = Array.from({ length: 10 }, (_, seed) =>
  Genome.random({ inputs: 3, outputs: 2, hidden: 4, connections: 12, seed }),
)

/** Ports that are free now. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(
    servers.map((server) => new Promise((resolve) => server.on('listening', resolve))),
  )
  return servers.map((server) => {
    const { port } = server.address() as { port: number }
    server.close()
    return port
  })
}

if (!installed) {
  test('MLServer', (t) => {
    t.log('MLServer is not installed, nothing was tested; services/mlserver/README.md says how')
    t.pass()
  })
} else {
  test.before(async (t) => {
    const repository = mkdtempSync(join(tmpdir(), 'neatron-mlserver-'))
    const [http, grpc, metrics] = await freePorts(3)
    const server = spawn(join(root, 'services/mlserver/start'), [repository], {
      cwd: repository,
      stdio: 'ignore',
      env: {
        ...process.env,
        MLSERVER_HTTP_PORT: String(http),
        MLSERVER_GRPC_PORT: String(grpc),
        MLSERVER_METRICS_PORT: String(metrics),
      },
    })
    t.context = { url: `http://127.0.0.1:${http}`, repository, server }
    for (;;) {
      const ready = await request(`${t.context.url}/v2/health/ready`).catch(() => undefined)
      await ready?.body.dump()
      if (ready?.statusCode === 200) return
      if (server.exitCode !== null) throw new Error('MLServer does not start')
      await sleep(200)
    }
  })

  test.after.always(async (t) => {
    const { server, repository } = t.context
    const exited = new Promise((resolve) => server.on('exit', resolve))
    if (server.kill()) await exited
    rmSync(repository, { recursive: true })
  })

  test.serial('generation after generation through its model repository', async (t) => {
    const { url, repository } = t.context
    const brain = NeatBrain.remote({ url, protocol: 'oip', modelRepository: repository, batch: 40 })
    for (const population of [genomes, genomes.slice(4, 7)]) {
      await brain.load(population)
      const genome = Uint32Array.from({ length: 100 }, (_, row) => row % population.length)
      const inputs = Float32Array.from({ length: 300 }, (_, i) => 3 * Math.sin(i))
      const outputs = new Float32Array(200)
      await brain.feedForwardRows(genome, inputs, outputs, 100)
      genome.forEach((index, row) => {
        const expected = population[index].feedForward(inputs.subarray(row * 3, row * 3 + 3))
        expected.forEach((value, i) => {
          t.true(Math.abs(outputs[row * 2 + i] - value) <= 1e-5 * Math.max(1, Math.abs(value)))
        })
      })
    }
    t.like(brain.stats(), { rows: 200, inferCount: 200, requests: 6, remoteInferNs: null })
    await brain.close()
    t.deepEqual(readdirSync(repository), [])
  })

  test.serial('a folder made by export --repository is served as it stands', async (t) => {
    const { url, repository } = t.context
    const directory = mkdtempSync(join(tmpdir(), 'neatron-export-'))
    t.teardown(() => rmSync(directory, { recursive: true }))
    const files = genomes.slice(0, 2).map((genome, index) => {
      const file = join(directory, `genome-${index}.json`)
      writeFileSync(file, JSON.stringify(genome))
      return file
    })
    for (const [name, exported] of [
      ['champion', files.slice(0, 1)],
      ['pair', files],
    ] as const) {
      const program = [join(root, 'dist/cli/main.js'), 'export', ...exported]
      await promisify(execFile)(process.execPath, [
        ...program,
        ...['--repository', repository, '--name', name],
      ])
      const address = `${url}/v2/repository/models/${name}/load`
      const loaded = await request(address, { method: 'POST', body: '{}' })
      t.is(loaded.statusCode, 200, await loaded.body.text())
      const brain = NeatBrain.remote({ url, protocol: 'oip', model: name })
      for (const [index, genome] of genomes.slice(0, exported.length).entries()) {
        const outputs = await brain.infer([0.1, 0.2, 0.3], index)
        genome.feedForward([0.1, 0.2, 0.3]).forEach((value, i) => {
          t.true(Math.abs(outputs[i] - value) <= 1e-5 * Math.max(1, Math.abs(value)))
        })
      }
      await brain.close()
      rmSync(join(repository, name), { recursive: true })
    }
  })

  test.serial('an exported recurrent genome takes and gives its state', async (t) => {
    const { url, repository } = t.context
    const directory = mkdtempSync(join(tmpdir(), 'neatron-export-'))
    t.teardown(() => rmSync(directory, { recursive: true }))
    const genome = Genome.fromJSON({ ...genomes[0].toJSON(), recurrent: true })
    const file = join(directory, 'recurrent.json')
    writeFileSync(file, JSON.stringify(genome))
    const program = [join(root, 'dist/cli/main.js'), 'export', file, '--repository', repository]
    await promisify(execFile)(process.execPath, program)
    const base = `${url}/v2/models/recurrent`
    const address = `${url}/v2/repository/models/recurrent/load`
    const loaded = await request(address, { method: 'POST', body: '{}' })
    t.is(loaded.statusCode, 200, await loaded.body.text())
    const metadata = (await (await request(base)).body.json()) as {
      inputs: { name: string; shape: number[] }[]
      outputs: { name: string }[]
    }
    t.deepEqual(
      [...metadata.inputs, ...metadata.outputs].map(({ name }) => name),
      ['inputs', 'state', 'outputs', 'state_out'],
    )
    const [, size] = metadata.inputs[1].shape
    const network = genome.compile()
    const expected = new Float32Array(2)
    let state: number[] = new Array(size).fill(0)
    for (let step = 0; step < 4; step += 1) {
      const row = [0.1 * step, -0.2, 0.3]
      const inputs = [
        { name: 'inputs', datatype: 'FP32', shape: [1, 3], data: row },
        { name: 'state', datatype: 'FP32', shape: [1, size], data: state },
      ]
      const reply = await request(`${base}/infer`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ inputs }),
      })
      const { outputs } = (await reply.body.json()) as { outputs: { data: number[] }[] }
      network.feedForward(Float32Array.from(row), expected)
      expected.forEach((value, i) => {
        t.true(Math.abs(outputs[0].data[i] - value) <= 1e-5 * Math.max(1, Math.abs(value)))
      })
      state = outputs[1].data
    }
    rmSync(join(repository, 'recurrent'), { recursive: true })
  })

  test.serial('without the repository it cannot load', async (t) => {
    const brain = NeatBrain.remote({ url: t.context.url, protocol: 'oip' })
    await t.throwsAsync(async () => brain.load(genomes), {
      code: 'SERVER_CANNOT_LOAD',
      message: /--model-repository/,
    })
    await brain.close()
  })

  test.serial('train evolves against it', async (t) => {
    const { url, repository } = t.context
    const out = mkdtempSync(join(tmpdir(), 'neatron-run-'))
    t.teardown(() => rmSync(out, { recursive: true }))
    const options = `--runs 3 --population 50 --seed 1 --mode remote --batch 200 --protocol oip --json`
    const { stdout } = await promisify(execFile)(process.execPath, [
      join(root, 'dist/cli/main.js'),
      ...[
        'train',
        'xor',
        '--url',
        url,
        '--model-repository',
        repository,
        '--out',
        join(out, 'run'),
      ],
      ...options.split(' '),
    ])
    const result = JSON.parse(stdout.trim().split('\n').at(-1)!)
    t.is(result.generations, 3)
    t.is(result.inference.count, 3 * 50 * 4)
    t.is(result.http.requests, 3)
  })
}
