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

// Proves the remote brain against KServe's own model server.
const test = anyTest as TestFn<ForeignServer>

const missing = unavailable('kserve')
if (missing !== undefined) {
  test('KServe', (t) => {
    t.log(`nothing was tested: ${missing}`)
    t.pass()
  })
} else {
  test.before(async (t) => {
    const port = await freePort()
    t.context = await startForeign('kserve', port, { args: ['--http_port', String(port)] })
  })

  test.after.always((t) => t.context.stop?.())

  // It takes binary tensors, but its metadata does not say so.
  for (const encoding of [undefined, 'binary'] as const) {
    test.serial(`generation after generation: ${encoding ?? 'as it says'}`, async (t) => {
      const { url, repository } = t.context
      await checkGenerations(t, { url, modelRepository: repository, encoding })
      t.deepEqual(readdirSync(repository), [])
    })
  }

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
    for (const folder of readdirSync(repository)) {
      rmSync(join(repository, folder), { recursive: true })
    }
  })

  test.serial('what it refuses, the client says', async (t) => {
    const { url } = t.context
    const none = NeatBrain.remote({ url, protocol: 'oip', model: 'none' })
    await t.throwsAsync(none.infer([1, 2, 3]), { code: 'MODEL_NOT_FOUND', message: /none/ })
    await none.close()
    const brain = NeatBrain.remote({ url, protocol: 'oip' })
    await t.throwsAsync(async () => brain.load(genomes), {
      code: 'SERVER_CANNOT_LOAD',
      message: /503.*--model-repository/,
    })
    await brain.close()
  })

  test.serial('train evolves against it to the champion that it finds here', async (t) => {
    const { url, repository } = t.context
    await checkTraining(t, url, '--model-repository', repository)
  })
}
