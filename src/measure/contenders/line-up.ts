import { InferProtocol } from '../../brain/infer-protocol.js'
import { OipProtocol } from '../../brain/oip-protocol.js'
import type { Protocol } from '../../brain/protocol.js'
import type { Contender, Mode } from '../contender.js'
import type { Trace } from '../trace.js'
import { batchesOf, HttpContender, type Target } from './http.js'

/** Where a server is, and how its contenders are told from those of others. */
export interface ServerAddress {
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

/** A server with both models of a trace. */
export interface Server extends ServerAddress {
  /** Names that its models were loaded under; no population, no contenders for it. */
  readonly championModel: string
  readonly populationModel: string | null
  /** Whether it takes the Open Inference Protocol with binary tensors. */
  readonly binary: boolean
}

/** How rows travel, for names and labels. */
interface Wire {
  readonly name: 'json' | 'binary'
  readonly label: string
  readonly protocol: Protocol
}

/** Calls under way at once in the row that has many. */
const MANY_IN_FLIGHT = 32

/** All ways of asking one server: single calls, one and many in flight, and batches. */
export function serverContenders(
  server: Server,
  trace: Trace,
  batches: readonly number[],
): Contender[] {
  const { url, binary } = server
  const json: Wire = { name: 'json', label: 'JSON', protocol: new InferProtocol(url) }
  const wires = binary
    ? [json, { name: 'binary', label: 'binary', protocol: new OipProtocol(url, true) } as const]
    : [json]
  return [
    contender(server, trace, json, 'single', 1, 1),
    contender(server, trace, json, 'concurrent', 1, MANY_IN_FLIGHT),
    ...batches.flatMap((rows) =>
      wires.map((wire) => contender(server, trace, wire, 'batch', rows, 1)),
    ),
    ...(server.populationModel === null
      ? []
      : wires.map((wire) => population(server, trace, wire))),
  ]
}

function contender(
  server: Server,
  { champion, inputs }: Trace,
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
    model: server.championModel,
    outputSize: champion.outputSize,
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
    batchesOf(inputs, champion.inputSize, rowsPerCall),
  )
}

function population(
  server: Server,
  { genomes, populationInputs }: Trace,
  wire: Wire,
): HttpContender {
  const { inputSize, outputSize } = genomes[0]
  return new HttpContender(
    {
      name: `${server.prefix}http-population-${wire.name}`,
      label: `HTTP, batch of the population, ${wire.label}${server.suffix}`,
      mode: 'batch',
      workload: 'population',
      server: server.name,
      protocol: wire.name,
      rowsPerCall: genomes.length,
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
    batchesOf(populationInputs, inputSize, genomes.length),
  )
}
