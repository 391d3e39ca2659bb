import { readFileSync } from 'node:fs'
import test from 'ava'
import { Placement } from '#src/measure/placement.js'

/** Where this process's main thread may run, as the kernel writes it. */
function allowed(): string {
  const status = readFileSync(`/proc/self/task/${process.pid}/status`, 'utf8')
  return /^Cpus_allowed_list:\s+(\S+)$/m.exec(status)![1]
}

test('the main thread is kept on a core for a while, and then free again', async (t) => {
  const placement = await Placement.open()
  if (placement === null) {
    t.log('one core, or no taskset: threads go where they like')
    t.pass()
    return
  }
  const before = allowed()
  t.teardown(() => placement.close())
  t.not(placement.cores.client, placement.cores.server)
  await placement.client('kept')
  t.is(allowed(), String(placement.cores.client))
  await placement.client('kept')
  await placement.client('free')
  t.is(allowed(), before)
  await placement.keepServer(2 ** 22 + 1)
  t.is(allowed(), before, 'a process that is gone is no failure')
})
