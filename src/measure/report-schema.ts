import { type Static, type TSchema, Type } from '@sinclair/typebox'

/**
 * What `neatron bench` writes as report.json and prints with --json, as JSON Schema. Durations end
 * in their unit (Ns, Us, Ms, seconds); an estimate is a figure with its 95 % interval.
 */
const Closed = { additionalProperties: false }

const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])

const Estimate = Type.Object(
  { value: Type.Number(), low: Type.Number(), high: Type.Number() },
  { ...Closed, description: 'A figure with its 95 % bootstrap confidence interval.' },
)

const Choice = <T extends string>(...names: T[]) =>
  Type.Union(names.map((name) => Type.Literal(name)))

const Failure = Type.Object({ rule: Type.String(), text: Type.String() }, Closed)

const Cost = Type.Object(
  {
    cpuSeconds: Type.Number({ description: 'User and system time.' }),
    mainThreadCpuSeconds: Type.Number({ description: 'Of that, the main thread.' }),
    contextSwitches: Type.Integer(),
    rssMb: Type.Number({ description: 'Highest resident size seen between rounds.' }),
    threads: Type.Integer(),
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

const Measurement = Type.Object(
  {
    name: Type.String({ description: 'Stable name, the key of baselines.' }),
    label: Type.String(),
    mode: Choice('native', 'in process', 'single', 'concurrent', 'batch'),
    workload: Choice('champion', 'population'),
    protocol: Nullable(Type.String()),
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
        max: Type.Number(),
      },
      { ...Closed, description: 'Nanoseconds of a call; null: too few samples.' },
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

const Percentiles = Type.Object(
  { p50: Type.Number(), p95: Type.Number(), p99: Type.Number() },
  Closed,
)

const Training = Type.Object(
  {
    name: Type.String(),
    label: Type.String(),
    mode: Choice('cpu', 'remote'),
    batch: Type.Integer(),
    generations: Type.Integer(),
    repeats: Type.Integer({ description: 'Times that the same session was run.' }),
    seconds: Type.Number({ description: 'Of one session: the mean of the repeats.' }),
    gensPerSec: Estimate,
    evaluations: Type.Integer(),
    bestFitness: Type.Number(),
    simTickUs: Percentiles,
    inference: Type.Object(
      {
        count: Type.Integer({ description: 'INFER_COUNT of one session.' }),
        totalMs: Type.Number(),
        share: Type.Number({ description: 'Part of the training time spent in inference.' }),
        remoteMs: Nullable(Type.Number({ description: "By the server's own account." })),
      },
      Closed,
    ),
    http: Nullable(Type.Object({ requests: Type.Integer(), totalMs: Type.Number() }, Closed)),
    rows: Type.Object(
      { asked: Type.Integer(), answered: Type.Integer(), inferCount: Type.Integer() },
      { ...Closed, description: 'Rows of all repeats.' },
    ),
    timeline: Type.Array(
      Type.Object(
        {
          generation: Type.Integer(),
          seconds: Type.Number(),
          bestFitness: Type.Number(),
          inferenceMs: Type.Number(),
          callUs: Nullable(Percentiles),
        },
        Closed,
      ),
    ),
    champion: Type.Object(
      {
        sameAsNative: Type.Boolean({ description: 'The same genome as the native run found.' }),
        solved: Type.Boolean(),
        passed: Type.Integer(),
        episodes: Type.Integer(),
      },
      { ...Closed, description: 'Scored again natively, on starts common to all modes.' },
    ),
    invalid: Type.Array(Failure),
  },
  Closed,
)

const RateStep = Type.Object(
  {
    rate: Type.Number({ description: 'Calls a second intended.' }),
    achieved: Type.Number({ description: 'Calls a second answered.' }),
    callNs: Type.Object(
      {
        p50: Nullable(Type.Number()),
        p99: Nullable(Type.Number()),
        p999: Nullable(Type.Number()),
        max: Type.Number(),
      },
      { ...Closed, description: 'From the intended send time.' },
    ),
    keepsUp: Type.Boolean(),
  },
  Closed,
)

const Ladder = Type.Object(
  {
    name: Type.String(),
    label: Type.String(),
    rowsPerCall: Type.Integer(),
    boundMs: Type.Number({ description: 'p99 that a rate must stay under.' }),
    highestRate: Nullable(
      Type.Number({ description: 'Calls a second: the highest step with p99 under the bound.' }),
    ),
    knee: Nullable(
      Type.Number({
        description: 'Calls a second: the first step whose p99 is over twice the lowest.',
      }),
    ),
    steps: Type.Array(RateStep),
  },
  Closed,
)

const Comparison = Type.Object(
  {
    name: Type.String(),
    figure: Choice('rowNs', 'p50', 'p99'),
    before: Estimate,
    now: Estimate,
    change: Type.Object(
      { value: Type.Number(), low: Type.Number(), high: Type.Number() },
      { ...Closed, description: 'now / before - 1.' },
    ),
    verdict: Choice('better', 'worse', 'no change'),
  },
  Closed,
)

const Verdict = Type.Object(
  {
    decision: Choice('native', 'batched', 'single', 'cannot tell'),
    headline: Type.String(),
    remote: Nullable(
      Type.Object(
        {
          decision: Choice('batched', 'single', 'cannot tell'),
          batch: Nullable(Type.Integer()),
        },
        Closed,
      ),
    ),
    reasons: Type.Array(
      Type.Object(
        {
          rule: Choice('single adds', 'over 2 times', 'jitter', 'missing'),
          text: Type.String(),
          figure: Nullable(Estimate),
        },
        Closed,
      ),
    ),
    wouldChange: Type.Array(Type.String()),
    breakEven: Nullable(
      Type.Object(
        {
          requestNs: Type.Number(),
          rowNs: Type.Number(),
          batch: Nullable(Type.Integer()),
          rate: Type.Number(),
        },
        Closed,
      ),
    ),
  },
  Closed,
)

const Environment = Type.Object(
  {
    cpu: Type.String(),
    cores: Type.Integer(),
    memoryGb: Type.Number(),
    os: Type.String(),
    node: Type.String(),
    neatron: Type.String(),
    simd: Type.String(),
    onnxruntime: Nullable(Type.String()),
    loadAverage: Type.Number({ description: 'Over one minute, before the run.' }),
  },
  Closed,
)

export const ReportSchema = Type.Object(
  {
    format: Type.Literal('neatron/report'),
    version: Type.Literal(1),
    createdAt: Type.String({ description: 'ISO 8601, UTC.' }),
    command: Type.String(),
    seed: Type.Integer(),
    quick: Type.Boolean(),
    interrupted: Type.Boolean(),
    durationSeconds: Type.Number(),
    environment: Environment,
    clock: Type.Object(
      { overheadNs: Type.Number(), resolutionNs: Type.Number(), share: Type.Number() },
      Closed,
    ),
    trace: Type.Object(
      {
        source: Type.String(),
        rows: Type.Integer(),
        inputs: Type.Integer(),
        outputs: Type.Integer(),
        population: Type.Integer(),
        nodes: Type.Integer(),
        connections: Type.Integer(),
      },
      Closed,
    ),
    measurements: Type.Array(Measurement),
    training: Type.Array(Training),
    ladders: Type.Array(Ladder),
    skipped: Type.Array(Type.Object({ name: Type.String(), why: Type.String() }, Closed)),
    verdict: Verdict,
    baseline: Nullable(
      Type.Object(
        { name: Type.String(), createdAt: Type.String(), comparisons: Type.Array(Comparison) },
        Closed,
      ),
    ),
  },
  { ...Closed, $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'neatron report' },
)

export type Report = Static<typeof ReportSchema>
export type Measurement = Static<typeof Measurement>
export type Training = Static<typeof Training>
export type Ladder = Static<typeof Ladder>
export type Comparison = Static<typeof Comparison>
export type Environment = Static<typeof Environment>
export type SystemCost = Static<typeof System>
