import type { Measurement } from '../../measure/report-schema.js'

/** One colour for each way of running, the same in every chart. */
export const modeClass: Readonly<Record<Measurement['mode'], string>> = {
  native: 's0',
  'in process': 's2',
  single: 's1',
  concurrent: 's5',
  batch: 's3',
}
