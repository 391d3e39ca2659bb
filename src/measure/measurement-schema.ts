import { type Static, type TSchema, Type } from '@sinclair/typebox'

/** The objects of a report have the fields named and no others. */
export const Closed = { additionalProperties: false }

export const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])

export const Estimate = Type.Object(
  { value: Type.Number(), low: Type.Number(), high: Type.Number() },
  { ...Closed, description: 'A figure with its 95 % bootstrap confidence interval.' },
)

export const Choice = <T extends string>(...names: T[]) =>
  Type.Union(names.map((name) => Type.Literal(name)))

export const Failure = Type.Object({ rule: Type.String(), text: Type.String() }, Closed)

const Cost = Type.Object(
  {
    cpuSeconds: Type.Number({ description: 'User and system time.' }),
    threads: Type.Array(Type.Object({ name: Type.String(), cpuSeconds: Type.Number() }, Closed), {
      description: 'Threads that took time, the busiest first; main is the first of a process.',
    }),
    threadCount: Type.Integer({ description: 'Most threads at once, idle ones included.' }),
    contextSwitches: Type.Integer(),
    rssMb: Type.Number({ description: 'Highest resident size seen between rounds.' }),
  },
  { ...Closed, description: 'One process, while this contender ran.' },
)

const System = Type.Object(
  {
    client: Cost,
    server: Nullable(Cost),
    networkBytes: Nullable(
      Type.Number({ description: 'Over the loopback interface, as the kernel counts them.' }),
    ),
    eventLoopDelayMs: Nullable(
      Type.Object(
        { p50: Type.Number(), p99: Type.Number(), max: Type.Number() },
        {
          ...Closed,
          description: 'Of the client; null for calls that never let go of the event loop.',
        },
      ),
    ),
    gc: Type.Object({ pauses: Type.Number(), totalMs: Type.Number() }, Closed),
    perMillionRows: Type.Object(
      {
        clientCpuSeconds: Type.Number(),
        serverCpuSeconds: Nullable(Type.Number()),
        networkMb: Nullable(Type.Number()),
      },
      Closed,
    ),
  },
  { ...Closed, description: 'Cost to the machine over all rounds of one contender.' },
)

/** One way of answering a row, measured. */
export const Measurement = Type.Object(
  {
    name: Type.String({ description: 'Stable name, the key of baselines.' }),
    label: Type.String(),
    mode: Choice('native', 'in process', 'single', 'concurrent', 'batch'),
    workload: Choice('champion', 'population'),
    server: Nullable(Type.String({ description: 'neatron, python, or a URL; null in process.' })),
    protocol: Nullable(Type.String({ description: 'json or binary; null in process.' })),
    rowsPerCall: Type.Integer(),
    inFlight: Type.Integer(),
    callsPerSample: Type.Integer({
      description:
        'Calls timed together in a sample. Above 1, percentiles are those of blocks of that many calls, and a stall of one call is spread over its block.',
    }),
    rounds: Type.Integer(),
    calls: Type.Integer(),
    samples: Type.Integer(),
    seconds: Type.Number(),
    rows: Type.Object(
      { asked: Type.Integer(), answered: Type.Integer(), inferCount: Type.Integer() },
      { ...Closed, description: 'Rows since the contender was made, warm-up and check included.' },
    ),
    callNs: Type.Object(
      {
        p50: Nullable(Estimate),
        p95: Nullable(Estimate),
        p99: Nullable(Estimate),
        p999: Nullable(Estimate),
        max: Estimate,
      },
      { ...Closed, description: 'Nanoseconds of a call; null: too few samples.' },
    ),
    overEcho: Nullable(
      Type.Object(
        { p50Ns: Nullable(Estimate), meanNs: Estimate },
        {
          ...Closed,
          description:
            'What a call took more than an HTTP echo in the same rounds; null in process, and with several in flight.',
        },
      ),
    ),
    rowNs: Estimate,
    rowsPerSecond: Estimate,
    curve: Type.Array(Type.Tuple([Type.Number(), Type.Number()]), {
      description: 'Percentile, nanoseconds of a call.',
    }),
    windows: Type.Array(
      Type.Object({ callsPerSecond: Type.Number(), p99Ns: Nullable(Type.Number()) }, Closed),
    ),
    outlierRounds: Type.Integer({ description: 'Rounds outside Tukey fences; kept.' }),
    unstable: Nullable(Type.String({ description: 'What the last windows do not agree on.' })),
    invalid: Type.Array(Failure, { description: 'Rules that failed; empty: VALID.' }),
    verified: Type.Object(
      { rows: Type.Integer(), worst: Type.Number(), limit: Type.Number() },
      { ...Closed, description: 'Largest |y - native| / max(1, |native|) over the trace.' },
    ),
    system: Nullable(System),
  },
  Closed,
)

/** How one contender did. */
export type Measurement = Static<typeof Measurement>
/** What a contender took of the machine. */
export type SystemCost = Static<typeof System>
