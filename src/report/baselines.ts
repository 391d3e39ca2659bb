import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Value } from '@sinclair/typebox/value'
import { NeatronError } from '../errors.js'
import { compareWithBaseline } from '../measure/baseline.js'
import { type Report, ReportSchema } from '../measure/report-schema.js'
import { writeWholeFile } from '../whole-file.js'

/**
 * Compares `report` with the baseline `name` kept in `directory`, or saves it as that baseline when
 * there is none yet. Gives the report with the comparison in it.
 *
 * @throws NeatronError `BASELINE_INVALID`, `BASELINE_MISMATCH`
 */
export async function withBaseline(
  report: Report,
  directory: string,
  name: string,
): Promise<{ report: Report; saved: boolean }> {
  const path = join(directory, 'baselines', `${name}.json`)
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (text === null) {
    await mkdir(join(directory, 'baselines'), { recursive: true })
    await writeWholeFile(path, JSON.stringify(report))
    return { report, saved: true }
  }
  const before = parse(text, path)
  const compared = compareWithBaseline(before, report)
  const baseline = { name, createdAt: before.createdAt, ...compared }
  return { report: { ...report, baseline }, saved: false }
}

function parse(text: string, path: string): Report {
  try {
    const value: unknown = JSON.parse(text)
    if (Value.Check(ReportSchema, value)) return value
  } catch {
    // Not even JSON.
  }
  throw new NeatronError(
    'BASELINE_INVALID',
    `${path} is no report of this version of neatron; delete it, or save under another name`,
  )
}
