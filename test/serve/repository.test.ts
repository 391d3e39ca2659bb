import test from 'ava'
import { exportOnnx } from '#src/onnx/export.js'
import { ModelThread } from '#src/serve/model-thread.js'
import { ModelRepository } from '#src/serve/repository.js'
import { SessionCache } from '#src/serve/session-cache.js'
import { smallGenome } from './harness.js'

test('is not ready before the last of several loads of one name', async (t) => {
  const sessions = new SessionCache(2 ** 30)
  const repository = new ModelRepository(sessions, new ModelThread(sessions))
  t.teardown(() => repository.close())
  const [first, second] = [1, 2].map((seed) =>
    repository.load('m', () => ({ version: '1', bytes: exportOnnx(smallGenome(seed)) })),
  )
  await first
  t.false(repository.ready)
  t.is(await second, repository.find('m'))
  t.true(repository.ready)
  t.deepEqual(repository.index(), [{ name: 'm', version: '1', state: 'READY', reason: '' }])
})
