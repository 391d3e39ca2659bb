import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import anyTest, { type TestFn } from 'ava'
import { NeatBrain } from '#src/brain/neat-brain.js'
import {
  checkGenerations,
  checkServed,
  checkSteps,
  checkTraining,
  exportTo,
  type ForeignServer,
  freePort,
  loadModel,
  recurrent,
  startForeign,
  unavailable,
} from './_foreign-server.js'
import { genomes } from './_remote.js'

// Proves the remote brain against a server that nobody here wrote.
const test = anyTest as TestFn<ForeignServer>

const missing = unavailable('mlserver')
if (missing !== undefined) {
  test('MLServer', (t) => {
    t.log(`nothing was tested: ${missing}`)
    t.pass()
  })
} else {
  test.before(async (t) => {
    const [http, grpc, metrics] = [await freePort(), await freePort(), await freePort()]
    const env = {
      MLSERVER_HTTP_PORT: String(http),
      MLSERVER_GRPC_PORT: String(grpc),
      MLSERVER_METRICS_PORT: String(metrics),
    }
    t.context = await startForeign('mlserver', http, { env })
  })

  test.after.always((t) => t.context.stop?.())

  test.serial('generation after generation through its model repository', async (t) => {
    const { url, repository } = t.context
    await checkGenerations(t, { url, modelRepository: repository })
    t.deepEqual(readdirSync(repository), [])
  })

  test.serial('a folder made by export --repository is served as it stands', async (t) => {
    const { url, repository } = t.context
    for (const [name, exported] of [
      ['champion', genomes.slice(0, 1)],
      ['pair', genomes.slice(0, 2)],
    ] as const) {
      await exportTo(t, repository, name, exported)
      await loadModel(t, url, name)
      await checkServed(t, url, name, exported)
      rmSync(join(repository, name), { recursive: true })
    }
  })

  test.serial('an exported recurrent genome takes and gives its state', async (t) => {
    const { url, repository } = t.context
    await exportTo(t, repository, 'recurrent', [recurrent])
    await loadModel(t, url, 'recurrent')
    await checkSteps(t, url, 'recurrent')
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

  test.serial('train evolves against it to the champion that it finds here', async (t) => {
    const { url, repository } = t.context
    await checkTraining(t, url, '--model-repository', repository)
  })
}
