import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { NeatronError } from '../../errors.js'

const Latencies = Type.Object(
  {
    p50: Type.Number(),
    p95: Type.Number(),
    p99: Type.Number(),
    p999: Type.Number(),
    max: Type.Number(),
  },
  { description: 'Nanoseconds; all 0 where nothing was timed.' },
)

const Inference = Type.Object(
  {
    inferCount: Type.Number({ description: 'Rows answered.' }),
    inferTimeNs: Type.Number(),
    httpTimeNs: Type.Number({ description: '0 in process.' }),
    remoteInferNs: Type.Union([Type.Number(), Type.Null()]),
    requests: Type.Number({ description: '0 in process.' }),
    retries: Type.Number(),
    rows: Type.Number({ description: 'Rows asked.' }),
    histogram: Type.Object({ call: Latencies, row: Latencies }),
  },
  { description: 'What inference cost in this generation.' },
)

/** A line of `generations.jsonl`: one complete generation. */
export const GenerationLine = Type.Object({
  generation: Type.Integer({ minimum: 0, description: 'Counted from 0.' }),
  bestFitness: Type.Number(),
  meanFitness: Type.Number(),
  fitnessDeviation: Type.Number({ minimum: 0, description: 'Standard deviation.' }),
  championFitness: Type.Number(),
  solved: Type.Boolean(),
  evaluations: Type.Integer({ description: 'Genomes evaluated since the run began.' }),
  species: Type.Integer({ description: 'Number of species.' }),
  speciesSizes: Type.Array(
    Type.Object({ id: Type.Integer({ minimum: 0 }), size: Type.Integer({ minimum: 0 }) }),
    { description: 'Members of each species, the eldest species first.' },
  ),
  meanHidden: Type.Number({ description: 'Hidden nodes of a genome.' }),
  meanConnections: Type.Number({ description: 'Enabled connections of a genome.' }),
  ticks: Type.Integer(),
  rows: Type.Integer(),
  times: Type.Record(Type.String(), Type.Number(), {
    description: 'Milliseconds of each part of the generation.',
  }),
  inference: Type.Optional(Inference),
})
export type GenerationLine = Static<typeof GenerationLine>

/**
 * The generations of a run, ascending, from the text of its `generations.jsonl`. What stands after
 * the last end of line is ignored: a run that was killed, or goes on, has not finished writing it.
 *
 * @throws {@link NeatronError} `RUN_INVALID` naming the first line that is no generation, or out of
 *   order
 */
export function parseGenerations(text: string): GenerationLine[] {
  const lines = text.split('\n').slice(0, -1)
  const generations = lines.map(parseLine)
  const misplaced = generations.findIndex(
    ({ generation }, i) => i > 0 && generation <= generations[i - 1].generation,
  )
  if (misplaced > 0) {
    const { generation } = generations[misplaced]
    throw damaged(misplaced, `generation ${generation} stands after a later one`)
  }
  return generations
}

function parseLine(text: string, index: number): GenerationLine {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw damaged(index, (cause as Error).message)
  }
  if (Value.Check(GenerationLine, value)) return value
  const error = Value.Errors(GenerationLine, value).First()!
  throw damaged(
    index,
    `${error.path.slice(1) || 'the line'}: ${error.message}, came ${JSON.stringify(error.value)}`,
  )
}

function damaged(index: number, reason: string): NeatronError {
  return new NeatronError(
    'RUN_INVALID',
    `Line ${index + 1} of generations.jsonl is no generation (${reason}). Restore the file, or train again.`,
  )
}
