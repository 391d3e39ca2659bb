import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Value } from '@sinclair/typebox/value'
import test from 'ava'
import picocolors from 'picocolors'
import { ReportSchema } from '#src/measure/report-schema.js'
import { htmlReport } from '#src/report/html.js'
import { markdownReport } from '#src/report/markdown.js'
import { reportTables } from '#src/report/tables.js'
import { textReport, warnings } from '#src/report/text.js'
import { writeReport } from '#src/report/write.js'
import { sample } from './sample.js'

const plain = picocolors.createColors(false)

test('the sample is a report by its schema, and the published schema is that one', async (t) => {
  t.deepEqual([...Value.Errors(ReportSchema, sample)], [])
  const published = await readFile('docs/report.schema.json', 'utf8')
  t.deepEqual(
    JSON.parse(published),
    JSON.parse(JSON.stringify(ReportSchema)),
    'run: npm run docs:schema',
  )
})

test('every table has a cell for each header and nothing that is not a figure', (t) => {
  const tables = reportTables(sample)
  t.is(tables.length, 9)
  for (const { title, headers, rows } of tables) {
    t.true(rows.length > 0, title)
    for (const row of rows) t.is(row.length, headers.length, title)
    t.notRegex(JSON.stringify(rows), /NaN|undefined|null|Infinity/, title)
  }
})

test('rows stand as VALID, UNSTABLE or INVALID with the rule that failed', (t) => {
  const cells = reportTables(sample)[0].rows.map((row) => row.at(-1))
  t.deepEqual(cells.slice(0, 3), ['VALID', 'VALID', 'UNSTABLE'])
  t.is(cells[6], 'INVALID: ROWS_AGREE')
})

test('text carries the verdict, every table, and colours only when asked', (t) => {
  const text = textReport(sample, plain)
  t.true(text.includes(`Verdict: ${sample.verdict.headline}`))
  for (const { title, folded } of reportTables(sample)) t.is(text.includes(title), !folded, title)
  t.false(text.includes('\u001b'))
  t.true(textReport(sample, picocolors.createColors(true)).includes('\u001b['))
})

test('Markdown tables survive odd names', (t) => {
  const markdown = markdownReport(sample)
  t.true(markdown.includes('Some CPU \\| with \\<odd> name'))
  t.true(markdown.startsWith(`# Where should inference run?\n\n**${sample.verdict.headline}**`))
})

test('HTML needs nothing from outside, and escapes what it shows', (t) => {
  const html = htmlReport(sample)
  t.notRegex(html.replaceAll('http://nowhere', ''), /(?:src|href)="(?!data:)|@import|url\(|<script/)
  t.false(html.includes('<odd>'))
  t.true(html.includes('Some CPU | with &lt;odd&gt; name'))
  t.notRegex(html, /NaN|undefined/)
})

test('a report of an interrupted run shows what is there', (t) => {
  const bare = { ...sample, interrupted: true, training: [], ladders: [], baseline: null }
  for (const text of [textReport(bare, plain), markdownReport(bare), htmlReport(bare)]) {
    t.true(text.includes('interrupted'))
  }
})

test('a busy machine and an interrupted run are said before the verdict', (t) => {
  t.deepEqual(warnings(sample), [])
  const othersCpu = { before: null, during: 0.4 }
  const busy = { ...sample, environment: { ...sample.environment, othersCpu } }
  for (const text of [textReport(busy, plain), markdownReport(busy), htmlReport(busy)]) {
    t.true(text.includes('40 % of all cores while calls were measured'))
  }
  t.is(warnings({ ...busy, interrupted: true }).length, 2)
})

test('a directory gets the three files and the latency logs', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'neatron-report-'))
  t.teardown(() => rm(directory, { recursive: true }))
  await writeReport(join(directory, 'new'), sample, new Map([['http-single', '#log\n']]))
  t.deepEqual((await readdir(join(directory, 'new'))).sort(), [
    'latencies',
    'report.html',
    'report.json',
    'report.md',
  ])
  const json = await readFile(join(directory, 'new', 'report.json'), 'utf8')
  t.deepEqual(JSON.parse(json), JSON.parse(JSON.stringify(sample)))
})
