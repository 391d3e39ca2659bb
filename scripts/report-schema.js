// Writes docs/report.schema.json, the JSON Schema of what `neatron bench` reports.
import { writeFileSync } from 'node:fs'
import { ReportSchema } from '../dist/measure/report-schema.js'

writeFileSync('docs/report.schema.json', `${JSON.stringify(ReportSchema, null, 2)}\n`)
