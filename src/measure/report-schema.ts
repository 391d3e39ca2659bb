import { type Static, Type } from '@sinclair/typebox'
import { Choice, Closed, Estimate, Failure, Measurement, Nullable } from './measurement-schema.js'

export type { Measurement, SystemCost } from './measurement-schema.js'

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

const Yardstick = Type.Object(
  {
    name: Choice('arithmetic', 'echo'),
    label: Type.String(),
    p50Ns: Nullable(Estimate),
    meanNs: Estimate,
  },
  {
    ...Closed,
    description: 'Work that stays the same from version to version: what it takes is the machine.',
  },
)

const Comparison = Type.Object(
  {
    name: Type.String(),
    figure: Choice('rowNs', 'p50', 'p99'),
    before: Estimate,
    now: Estimate,
    change: Type.Object(
      { value: Type.Number(), low: Type.Number(), high: Type.Number() },
      {
        ...Closed,
        description: 'now / before - 1, with what the machine itself changed taken off.',
      },
    ),
    verdict: Choice('better', 'worse', 'no change', 'cannot tell'),
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
          rule: Choice('single adds', 'over 2 times', 'jitter', 'training', 'missing'),
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
    simd: Type.String({ description: 'The instruction set that the kernels use.' }),
    onnxruntime: Nullable(Type.String()),
    othersCpu: Type.Object(
      { before: Nullable(Type.Number()), during: Nullable(Type.Number()) },
      {
        ...Closed,
        description:
          'Share of all cores (0 to 1) that other programs took, over a moment before the run and while calls were measured.',
      },
    ),
    placement: Nullable(
      Type.Object(
        { client: Type.Integer(), server: Type.Integer() },
        {
          ...Closed,
          description: 'Where main threads were kept while remote calls were measured.',
        },
      ),
    ),
  },
  Closed,
)

/**
 * What `neatron bench` writes as report.json and prints with --json, as JSON Schema. Durations end
 * in their unit (Ns, Us, Ms, seconds); an estimate is a figure with its 95 % interval.
 */
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
      {
        overheadNs: Type.Number({
          description: 'Of a reading; taken off every sample in process.',
        }),
        resolutionNs: Type.Number(),
        share: Type.Number({ description: 'At most of a sample.' }),
        loopNs: Type.Number({
          description: 'Of the bound call: writing its row and reading an output; included.',
        }),
      },
      Closed,
    ),
    trace: Type.Object(
      {
        source: Type.String(),
        rows: Type.Integer(),
        inputs: Type.Integer(),
        outputs: Type.Integer(),
        population: Type.Integer(),
        nodes: Nullable(Type.Integer({ description: 'Null when only a model is known.' })),
        connections: Nullable(Type.Integer()),
      },
      Closed,
    ),
    measurements: Type.Array(Measurement),
    yardsticks: Type.Array(Yardstick),
    training: Type.Array(Training),
    ladders: Type.Array(Ladder),
    skipped: Type.Array(Type.Object({ name: Type.String(), why: Type.String() }, Closed)),
    verdict: Verdict,
    baseline: Nullable(
      Type.Object(
        {
          name: Type.String(),
          createdAt: Type.String(),
          machine: Type.Array(
            Type.Object({ name: Choice('arithmetic', 'echo'), change: Estimate }, Closed),
            { description: 'now / before - 1 of the yardsticks.' },
          ),
          comparisons: Type.Array(Comparison),
        },
        Closed,
      ),
    ),
  },
  { ...Closed, $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'neatron report' },
)

/**
 * What `neatron bench` measured, as report.json holds it; docs/report.schema.json is its schema. Names
 * end in their unit: Ns, Us, Ms, Seconds, Mb (10^6 bytes).
 */
export type Report = Static<typeof ReportSchema>
/** Training sessions in one mode. */
export type Training = Static<typeof Training>
/** A server asked at rising rates. */
export type Ladder = Static<typeof Ladder>
/** What the machine itself took for work that never changes. */
export type Yardstick = Static<typeof Yardstick>
/** A figure of a contender against the baseline's. */
export type Comparison = Static<typeof Comparison>
/** The machine and the versions. */
export type Environment = Static<typeof Environment>
