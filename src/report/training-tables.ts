import type { Training } from '../measure/report-schema.js'
import { digits, grouped } from '../measure/units.js'
import {
  type Column,
  figure,
  NONE,
  number,
  PLUS_MINUS,
  plusMinus,
  standing,
  type Table,
  table,
} from './table.js'

/** Speed and inference of each mode's training. */
export function trainingTable(training: readonly Training[]): Table {
  const columns: Column<Training>[] = [
    { header: 'training', cell: ({ label }) => label },
    { header: 'gens/s', cell: ({ gensPerSec }) => figure(gensPerSec) },
    {
      header: PLUS_MINUS,
      cell: ({ gensPerSec, repeats }) => (repeats > 1 ? plusMinus(gensPerSec) : NONE),
    },
    { header: 'sessions', cell: ({ repeats }) => String(repeats) },
    { header: 'tick p50 us', cell: ({ simTickUs }) => digits(simTickUs.p50) },
    { header: 'tick p99 us', cell: ({ simTickUs }) => digits(simTickUs.p99) },
    { header: 'inference ms', cell: ({ inference }) => digits(inference.totalMs) },
    { header: 'share', cell: ({ inference }) => `${(inference.share * 100).toFixed(0)} %` },
    { header: 'rows', cell: ({ inference }) => grouped(inference.count) },
    { header: 'requests', cell: ({ http }) => (http ? grouped(http.requests) : NONE) },
    {
      header: 'champion',
      cell: ({ champion: { passed, episodes, solved } }) =>
        `${passed}/${episodes}${solved ? ' solved' : ''}`,
    },
    { header: '', cell: standing },
  ]
  return table('Training: the same seed in each mode', columns, training, [
    'A tick is one simulation step of the whole generation. Inference, rows and requests are of one session; rows asked = rows answered = INFER_COUNT, or a mode is INVALID. Champions are scored again natively, on starts common to all modes.',
  ])
}

/** Each generation of each mode's last session. */
export function generationTable(training: readonly Training[]): Table {
  const rows = training.flatMap(({ label, timeline }) =>
    timeline.map((generation) => ({ label, ...generation })),
  )
  const columns: Column<(typeof rows)[number]>[] = [
    { header: 'training', cell: ({ label }) => label },
    { header: 'generation', cell: ({ generation }) => String(generation + 1) },
    { header: 'ms', cell: ({ seconds }) => digits(seconds * 1000) },
    { header: 'inference ms', cell: ({ inferenceMs }) => digits(inferenceMs) },
    { header: 'best fitness', cell: ({ bestFitness }) => digits(bestFitness) },
    { header: 'call p50 us', cell: ({ callUs }) => number(callUs?.p50 ?? null) },
    { header: 'p95 us', cell: ({ callUs }) => number(callUs?.p95 ?? null) },
    { header: 'p99 us', cell: ({ callUs }) => number(callUs?.p99 ?? null) },
  ]
  const notes = ['Calls of inference in the last session of each mode.']
  return { ...table('Training, generation by generation', columns, rows, notes), folded: true }
}
