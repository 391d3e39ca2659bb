import { cpus } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import test from 'ava'
import type { Contender } from '#src/measure/contender.js'
import { Latencies } from '#src/measure/latencies.js'
import {
  loopbackBytes,
  machineBusyNs,
  othersShare,
  processUsage,
} from '#src/measure/process-usage.js'
import { SystemSampler } from '#src/measure/system.js'

const onLinux = process.platform === 'linux' ? test : test.skip

const contender = (name: string, protocol: string | null) =>
  ({ name, protocol, rowsPerCall: 2, server: protocol && 'neatron' }) as Contender

const round = {
  ...{ latencies: new Latencies(), calls: 500_000, seconds: 1, startedAt: 0, endedAt: 1000 },
}

function burn(milliseconds: number): void {
  const until = performance.now() + milliseconds
  while (performance.now() < until);
}

onLinux('the usage of a process is read thread by thread, and grows', (t) => {
  const before = processUsage(process.pid)!
  burn(50)
  const after = processUsage(process.pid)!
  t.true(after.cpuNs - before.cpuNs > 1e6)
  const main = after.threads.get(process.pid)!
  t.is(main.name, 'main')
  t.true(main.cpuNs - before.threads.get(process.pid)!.cpuNs > 1e6)
  t.true(after.threads.size > 1 && after.rssBytes > 1e6)
  t.true(after.contextSwitches >= before.contextSwitches)
})

test('a process that is not there has no usage', (t) => {
  t.is(processUsage(2 ** 22 + 1), null)
})

onLinux('the loopback interface tells its bytes', (t) => {
  t.true(loopbackBytes()! >= 0)
})

onLinux('cost is summed over shares of rounds, and given for a million rows', async (t) => {
  const sampler = new SystemSampler(({ protocol }) => (protocol ? process.pid : null))
  t.teardown(() => sampler.close())
  const remote = contender('remote', 'json')
  const native = contender('native', null)
  for (let share = 0; share < 2; share++) {
    sampler.before(remote)
    await sleep(20)
    burn(20)
    await sleep(20)
    sampler.after(remote)
    sampler.before(native)
    sampler.after(native)
  }
  const cost = sampler.cost(remote, [round, round])!
  // 2 rounds of 500,000 calls of 2 rows.
  t.is(cost.perMillionRows.clientCpuSeconds, cost.client.cpuSeconds / 2)
  t.true(cost.client.cpuSeconds > 0.005)
  t.is(cost.client.threads[0].name, 'main')
  const threads = cost.client.threads.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0)
  t.true(Math.abs(threads - cost.client.cpuSeconds) < 0.01)
  t.true(sampler.others()! >= 0)
  t.deepEqual(Object.keys(cost.server!), Object.keys(cost.client))
  t.true(cost.eventLoopDelayMs!.max > 10)
  t.is(sampler.cost(native, [round])!.eventLoopDelayMs, null)
  t.is(sampler.cost(native, [round])!.server, null)
  t.is(sampler.cost(contender('never', null), [round]), null)
})

onLinux('the machine tells how long it was busy, and what is not ours is of others', (t) => {
  const before = machineBusyNs()!
  burn(60)
  t.true(machineBusyNs()! - before >= 1e7)
  const cores = cpus().length
  t.is(othersShare(cores * 5e8, cores * 2e8, 1000), 0.3)
  t.is(othersShare(1e6, 2e6, 1000), 0, 'ticks are coarse')
})
