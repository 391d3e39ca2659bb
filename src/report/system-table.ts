import type { Measurement, SystemCost } from '../measure/report-schema.js'
import { digits, grouped } from '../measure/units.js'
import { type Column, NONE, number, type Table, table } from './table.js'

/** CPU, network and memory of each contender. */
export function systemTable(measurements: readonly Measurement[]): Table {
  const rows = measurements.flatMap(({ label, system }) => (system ? [{ label, system }] : []))
  const main = (cost: SystemCost['client'] | null) => {
    const [busiest] = cost?.threads.filter(({ name }) => name === 'main') ?? []
    if (!cost || !busiest) return NONE
    return `${((busiest.cpuSeconds / cost.cpuSeconds) * 100).toFixed(0)} %`
  }
  const columns: Column<(typeof rows)[number]>[] = [
    { header: 'a million rows', cell: ({ label }) => label },
    {
      header: 'client CPU s',
      cell: ({ system }) => digits(system.perMillionRows.clientCpuSeconds),
    },
    { header: 'main thread', cell: ({ system }) => main(system.client) },
    {
      header: 'server CPU s',
      cell: ({ system }) => number(system.perMillionRows.serverCpuSeconds),
    },
    { header: 'main thread', cell: ({ system }) => main(system.server) },
    { header: 'network MB', cell: ({ system }) => number(system.perMillionRows.networkMb) },
    { header: 'client MB', cell: ({ system }) => number(system.client.rssMb) },
    { header: 'server MB', cell: ({ system }) => number(system.server?.rssMb ?? null) },
    {
      header: 'switches',
      cell: ({ system }) =>
        grouped(system.client.contextSwitches + (system.server?.contextSwitches ?? 0)),
    },
    {
      header: 'loop p99 ms',
      cell: ({ system }) => number(system.eventLoopDelayMs?.p99 ?? null),
    },
    { header: 'GC ms', cell: ({ system }) => digits(system.gc.totalMs) },
  ]
  return table('Cost to the system', columns, rows, [
    'CPU and network are for a million rows; the others are of the measurement as it ran. Main thread: its share of the CPU time of its process; report.json has every thread. Client and server MB: the most memory that was resident. Switches are of both. Network is what the loopback interface carried, other programs included. Loop: delay of the event loop of the client. GC: pauses of the client.',
  ])
}
