import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Report } from '../measure/report-schema.js'
import { writeWholeFile } from '../whole-file.js'
import { htmlReport } from './html.js'
import { markdownReport } from './markdown.js'

/**
 * Writes report.md, report.json, report.html, and the latencies as HdrHistogram log files, into
 * `directory`, which is made when it is not there. Each file is written whole or not at all.
 */
export async function writeReport(
  directory: string,
  report: Report,
  logs: ReadonlyMap<string, string>,
): Promise<void> {
  await mkdir(join(directory, 'latencies'), { recursive: true })
  const files: [name: string, content: string][] = [
    ['report.json', `${JSON.stringify(report, null, 2)}\n`],
    ['report.md', markdownReport(report)],
    ['report.html', htmlReport(report)],
    ...[...logs].map(([name, log]): [string, string] => [join('latencies', `${name}.hlog`), log]),
  ]
  for (const [name, content] of files) await writeWholeFile(join(directory, name), content)
}
