import type { Protocol } from '../../brain/protocol.js'
import type { Mode } from '../contender.js'
import type { Trace } from '../trace.js'
import { batchesOf, HttpContender, type Target } from './http.js'

/** Where a server is, and how its contenders are told from those of others. */
export interface ServerAddress {
  /** The server, or one endpoint of it, which then has the model already. */
  readonly url: string
  readonly token?: string
  /** Its process, when that is a child of ours whose usage can be read. */
  readonly pid: number | null
  /** `neatron`, `python`, or its URL. */
  readonly name: string
  /** Before the names of its contenders, empty for our own: `python-`. */
  readonly prefix: string
  /** After their labels, empty for our own: ` (Python)`. */
  readonly suffix: string
}

/** A server with the models of a trace. */
export interface Server extends ServerAddress {
  /** Names that its models have there; null for none, which makes no contenders. */
  readonly championModel: string | null
  readonly populationModel: string | null
  readonly json: Protocol
  /** Null where it takes no binary tensors. */
  readonly binary: Protocol | null
}

/** How rows travel, for names and labels. */
interface Wire {
  readonly name: 'json' | 'binary'
  readonly label: string
  readonly protocol: Protocol
}

/** Calls under way at once in the row that has many, and in rate ladders. */
export const MANY_IN_FLIGHT = 32

/** All ways of asking one server: single calls, one and many in flight, and batches. */
export function serverContenders(
  server: Server,
  trace: Trace,
  batches: readonly number[],
): HttpContender[] {
  const wires = wiresOf(server)
  return [
    ...(server.championModel === null
      ? []
      : [
          contender(server, trace, wires[0], 'single', 1, 1),
          contender(server, trace, wires[0], 'concurrent', 1, MANY_IN_FLIGHT),
          ...batches.flatMap((rows) =>
            wires.map((wire) => contender(server, trace, wire, 'batch', rows, 1)),
          ),
        ]),
    ...(server.populationModel === null
      ? []
      : wires.map((wire) => population(server, trace, wire))),
  ]
}

/** What a rate ladder asks: `rows` a call, many calls in flight, in the cheaper protocol for batches. */
export function ladderContender(server: Server, trace: Trace, rows: number): HttpContender {
  const wires = wiresOf(server)
  return contender(
    server,
    trace,
    rows === 1 ? wires[0] : wires.at(-1)!,
    'batch',
    rows,
    MANY_IN_FLIGHT,
  )
}

/** JSON, which every server takes, and then what else it takes. */
function wiresOf({ json, binary }: Server): [Wire, ...Wire[]] {
  return [
    { name: 'json', label: 'JSON', protocol: json },
    ...(binary ? [{ name: 'binary', label: 'binary', protocol: binary } as const] : []),
  ]
}

function contender(
  server: Server,
  { inputs, inputSize, outputSize }: Trace,
  wire: Wire,
  mode: Mode,
  rowsPerCall: number,
  inFlight: number,
): HttpContender {
  const what = {
    single: 'HTTP, one row a call',
    concurrent: `HTTP, one row a call, ${inFlight} in flight`,
  }
  const label =
    mode === 'single' || mode === 'concurrent'
      ? what[mode]
      : `HTTP, batch of ${rowsPerCall}, ${wire.label}`
  const name = mode === 'batch' ? `batch-${rowsPerCall}-${wire.name}` : mode
  const target: Target = {
    url: server.url,
    token: server.token,
    model: server.championModel!,
    outputSize,
    population: false,
  }
  return new HttpContender(
    {
      name: `${server.prefix}http-${name}`,
      label: label + server.suffix,
      mode,
      workload: 'champion',
      server: server.name,
      protocol: wire.name,
      rowsPerCall,
      inFlight,
    },
    target,
    wire.protocol,
    batchesOf(inputs, inputSize, rowsPerCall),
  )
}

function population(
  server: Server,
  { populationSize, populationInputs, inputSize, outputSize }: Trace,
  wire: Wire,
): HttpContender {
  return new HttpContender(
    {
      name: `${server.prefix}http-population-${wire.name}`,
      label: `HTTP, batch of the population, ${wire.label}${server.suffix}`,
      mode: 'batch',
      workload: 'population',
      server: server.name,
      protocol: wire.name,
      rowsPerCall: populationSize,
      inFlight: 1,
    },
    {
      url: server.url,
      token: server.token,
      model: server.populationModel!,
      outputSize,
      population: true,
    },
    wire.protocol,
    batchesOf(populationInputs, inputSize, populationSize),
  )
}
