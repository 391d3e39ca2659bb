// Writes docs/PERFORMANCE.md, and the table between the markers in README.md, from a full run of
// the benchmark; or, given the path of a report.json, from that.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { performancePage, performanceSummary } from '../dist/report/performance.js'

const OUT = 'report'
const MARKED = /(<!-- performance -->\n).*(\n<!-- \/performance -->)/s

const given = process.argv[2]
if (given === undefined) {
  const { status } = spawnSync(process.execPath, ['dist/cli/main.js', 'bench', '--out', OUT], {
    stdio: 'inherit',
  })
  if (status !== 0) process.exit(status ?? 1)
}
const report = JSON.parse(readFileSync(given ?? `${OUT}/report.json`, 'utf8'))
if (report.quick || report.interrupted) {
  console.error('docs:performance: the report must be of a full run, not --quick or interrupted.')
  process.exit(1)
}
writeFileSync('docs/PERFORMANCE.md', performancePage(report))
const readme = readFileSync('README.md', 'utf8')
if (!MARKED.test(readme)) {
  console.error('docs:performance: README.md has no <!-- performance --> markers; left as it is.')
} else {
  const summary = performanceSummary(report)
  writeFileSync(
    'README.md',
    readme.replace(MARKED, (_, begin, end) => begin + summary + end),
  )
}
