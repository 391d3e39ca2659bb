import { setImmediate as nextTurn } from 'node:timers/promises'
import test from 'ava'
import { Lane } from '#src/serve/lane.js'

test('actions happen one after the other, also after one that fails', async (t) => {
  const lane = new Lane()
  const order: string[] = []
  const action = async (name: string, fails = false) => {
    order.push(`${name} begins`)
    await nextTurn()
    order.push(`${name} ends`)
    if (fails) throw new Error(name)
    return name
  }
  const a = lane.do(() => action('a', true))
  const b = lane.do(() => action('b'))
  const c = lane.do(() => {
    throw new Error('at once')
  })
  await t.throwsAsync(a, { message: 'a' })
  t.is(await b, 'b')
  await t.throwsAsync(c, { message: 'at once' })
  await lane.idle()
  t.deepEqual(order, ['a begins', 'a ends', 'b begins', 'b ends'])
})
