import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import anyTest, { type TestFn } from 'ava'
import { request } from 'undici'
import { NeatBrain } from '#src/brain/neat-brain.js'
import { OipProtocol } from '#src/brain/oip-protocol.js'
import { deliverTrace, withdrawTrace } from '#src/measure/contenders/delivery.js'
import { exportOnnx } from '#src/onnx/export.js'
import {
  checkGenerations,
  checkServed,
  checkSteps,
  checkTraining,
  exportTo,
  type ForeignServer,
  freePort,
  loadModel,
  neatron,
  recurrent,
  root,
  startForeign,
  unavailable,
} from './_foreign-server.js'
import { close, genomes } from './_remote.js'

// Proves the remote brain against Triton itself; only what runs its ONNX models is ours.
const test = anyTest as TestFn<ForeignServer>

async function startTriton(...args: string[]): Promise<ForeignServer> {
  const port = await freePort()
  return startForeign('triton', port, { args: ['--http-port', String(port), ...args] })
}

/** The models that the server has ready. */
async function models(url: string): Promise<string[]> {
  const { body } = await request(`${url}/v2/repository/index`, {
    method: 'POST',
    body: '{"ready": true}',
  })
  return ((await body.json()) as { name: string }[]).map(({ name }) => name)
}

const missing = unavailable('triton')
if (missing !== undefined) {
  test('Triton', (t) => {
    t.log(`nothing was tested: ${missing}`)
    t.pass()
  })
} else {
  test.before(async (t) => {
    t.context = await startTriton()
  })

  test.after.always((t) => t.context.stop?.())

  for (const encoding of ['binary', 'json'] as const) {
    test.serial(`generation after generation inside the load request: ${encoding}`, async (t) => {
      const { url } = t.context
      await checkGenerations(t, { url, encoding })
      t.deepEqual(await models(url), [])
    })
  }

  test.serial('generation after generation through its model repository', async (t) => {
    const { url, repository } = t.context
    await checkGenerations(t, { url, modelRepository: repository })
    t.deepEqual(await models(url), [])
    t.deepEqual(readdirSync(repository), [])
  })

  test.serial('it counts what we sent', async (t) => {
    const { url } = t.context
    const brain = NeatBrain.remote({ url, protocol: 'oip', model: 'counted', batch: 8 })
    await brain.load(genomes)
    const rows = await Promise.all(genomes.map((_, index) => brain.infer([0.5, -1, 2], index)))
    rows.forEach((row, index) => {
      close(t, row, genomes[index].feedForward([0.5, -1, 2]))
    })
    const requests = Math.ceil(genomes.length / 8)
    t.like(brain.stats(), { requests, rows: genomes.length })
    // A model of whole shapes counts requests, not rows, and some time after they are answered.
    for (;;) {
      const { body } = await request(`${url}/v2/models/counted/stats`)
      const { model_stats } = (await body.json()) as { model_stats: { inference_count: number }[] }
      t.true(model_stats[0].inference_count <= requests)
      if (model_stats[0].inference_count === requests) break
    }
    await brain.close()
  })

  test.serial('populations of several brains stand side by side', async (t) => {
    const { url } = t.context
    const brains = [0, 1].map(() => NeatBrain.remote({ url, protocol: 'oip' }))
    await Promise.all(brains.map((brain, index) => brain.load(genomes.slice(index, index + 2))))
    for (const [index, brain] of brains.entries()) {
      close(t, await brain.infer([1, 2, 3], 1), genomes[index + 1].feedForward([1, 2, 3]))
    }
    await brains[0].close()
    close(t, await brains[1].infer([3, 2, 1]), genomes[1].feedForward([3, 2, 1]))
    await brains[1].close()
  })

  test.serial('recurrent genomes keep their states here', async (t) => {
    const brain = NeatBrain.remote({ url: t.context.url, protocol: 'oip' })
    await brain.load([recurrent])
    const network = recurrent.compile()
    const expected = new Float32Array(2)
    for (let step = 0; step < 3; step += 1) {
      const row = [0.1 * step, -0.2, 0.3]
      network.feedForward(Float32Array.from(row), expected)
      close(t, await brain.infer(row), expected)
    }
    await brain.close()
  })

  test.serial('folders made by export --repository are served as they stand', async (t) => {
    const { url, repository } = t.context
    for (const [name, exported] of [
      ['champion', genomes.slice(0, 1)],
      ['pair', genomes.slice(0, 2)],
    ] as const) {
      await exportTo(t, repository, name, exported)
      await loadModel(t, url, name)
      await checkServed(t, url, name, exported)
    }
    await exportTo(t, repository, 'recurrent', [recurrent])
    await loadModel(t, url, 'recurrent')
    await checkSteps(t, url, 'recurrent')
    const brain = NeatBrain.remote({ url, protocol: 'oip', model: 'recurrent' })
    await t.throwsAsync(brain.infer([1, 2, 3]), { code: 'RECURRENT_UNSUPPORTED' })
    await brain.close()
  })

  test.serial('load asks an exported champion', async (t) => {
    const { url, repository } = t.context
    await exportTo(t, repository, 'asked', genomes.slice(0, 1))
    await loadModel(t, url, 'asked')
    const address = `${url}/v2/models/asked/infer`
    const options = '--concurrency 4 --rows 8 --duration 0.5 --json'.split(' ')
    const report = JSON.parse(await neatron('load', address, ...options))
    t.true(report.requests > 0)
    t.like(report, { rows: 8, inputs: 3, errors: 0 })
  })

  test.serial('bench asks it what it speaks', async (t) => {
    const { url } = t.context
    const server = { url, pid: null, name: 'triton', prefix: '', suffix: '' }
    const inputs = new Float32Array(3)
    const trace = {
      ...{ source: 'test', inputSize: 3, outputSize: 2, champion: genomes[0], genomes: [] },
      ...{ populationSize: 1, inputs, populationInputs: inputs },
      models: { champion: exportOnnx(genomes[0]), population: null },
    }
    const { json, binary, championModel } = await deliverTrace(trace, server)
    t.true(json instanceof OipProtocol)
    t.true(binary instanceof OipProtocol)
    await checkServed(t, url, championModel!, genomes.slice(0, 1))
    await withdrawTrace(server)
    t.false((await models(url)).includes(championModel!))
  })

  test.serial('what it refuses, the client says', async (t) => {
    const { url, repository } = t.context
    const none = NeatBrain.remote({ url, protocol: 'oip', model: 'none' })
    await t.throwsAsync(none.infer([1, 2, 3]), { code: 'MODEL_NOT_FOUND', message: /none/ })
    await none.close()
    const loaded = NeatBrain.remote({ url, protocol: 'oip' })
    await loaded.load(genomes.slice(0, 2))
    await t.throwsAsync(loaded.infer([1, 2, 3], 2), { code: 'GENOME_INDEX' })
    await t.throwsAsync(loaded.infer([1, 2]), { code: 'INPUT_LENGTH' })
    close(t, await loaded.infer([1, 2, 3], 1), genomes[1].feedForward([1, 2, 3]))
    await loaded.close()
    await exportTo(t, repository, 'two', genomes.slice(0, 2))
    await loadModel(t, url, 'two')
    const served = NeatBrain.remote({ url, protocol: 'oip', model: 'two' })
    // How many genomes a model holds only the server knows.
    await t.throwsAsync(served.infer([1, 2, 3], 2), { code: 'SERVER_ERROR', message: /bounds/ })
    close(t, await served.infer([1, 2, 3], 1), genomes[1].feedForward([1, 2, 3]))
    await served.close()
    const model = 'broken'
    const elsewhere = NeatBrain.remote({ url, protocol: 'oip', model, modelRepository: root })
    await t.throwsAsync(async () => elsewhere.load(genomes), {
      code: 'SERVER_CANNOT_LOAD',
      message: /failed to poll.*the folder that it reads/,
    })
    await elsewhere.close()
    t.false(existsSync(join(root, model)))
  })

  test.serial('train evolves against it to the champion that it finds here', async (t) => {
    await checkTraining(t, t.context.url)
    t.false((await models(t.context.url)).some((name) => name.startsWith('neatron-')))
  })

  test.serial('train through its model repository', async (t) => {
    const { url, repository } = t.context
    await checkTraining(t, url, '--model-repository', repository)
    for (const folder of readdirSync(repository))
      rmSync(join(repository, folder), { recursive: true })
  })

  test.serial('unless models are loaded on demand: SERVER_CANNOT_LOAD', async (t) => {
    const { url, stop } = await startTriton('--model-control-mode=none')
    t.teardown(stop)
    const brain = NeatBrain.remote({ url, protocol: 'oip' })
    await t.throwsAsync(async () => brain.load(genomes), {
      code: 'SERVER_CANNOT_LOAD',
      message: /explicit model load.* --model-control-mode=explicit/,
    })
    await brain.close()
  })
}
