import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { type BenchResult, runBench } from '../measure/bench.js'
import { LiveMetrics } from '../measure/live-metrics.js'
import { fullPlan, quickPlan } from '../measure/plan.js'
import { withBaseline } from '../report/baselines.js'
import { textReport } from '../report/text.js'
import { writeReport } from '../report/write.js'
import { readSubject } from './bench-subject.js'
import { stdoutColors } from './colors.js'
import { INTERRUPTED } from './exit.js'
import { writing } from './files.js'
import { integer, serverUrl } from './options.js'
import { terminalProgress } from './progress.js'

interface BenchFlags {
  quick: boolean
  out: string
  python: boolean
  url: string[]
  token?: string
  model: string[]
  metricsPort?: number
  baseline?: string
  seed: number
  json: boolean
}

/** `neatron bench`: where should inference run on this machine? */
export function benchCommand(): Command {
  return new Command('bench')
    .description('measure where inference should run: in process, remote, or remote in batches')
    .option('--quick', 'about a minute, with wider intervals', false)
    .option('--out <dir>', 'where the report goes', 'report')
    .option('--python', 'start and compare the Python service too (needs a clone)', false)
    .option('--url <url>', 'compare this server too (repeatable)', collect, [])
    .option('--token <token>', 'bearer token for --url (default: $NEATRON_TOKEN)')
    .option('--baseline <name>', 'save the run under this name, or compare with it', baselineName)
    .option(
      '--model <file>',
      'compare on this genome or ONNX model instead of evolving one; several genomes: a population',
      (file: string, files: readonly string[]) => [...files, file],
      [],
    )
    .option(
      '--metrics-port <port>',
      'Prometheus metrics of the run at http://127.0.0.1:<port>/metrics',
      integer(0, 65_535),
    )
    .option('--seed <n>', 'decides everything random in the run', integer(0, 2 ** 32 - 1), 1)
    .option('--json', 'print the report as JSON, and nothing else, on stdout', false)
    .addHelpText(
      'after',
      `
Examples:
  neatron bench --quick
  neatron bench --quick --baseline main      the first time saves, later ones compare
  neatron bench --model champion.json --url http://10.0.0.5:8000 --out runs/bench
  neatron bench --model mine.onnx --url http://10.0.0.5:8000/v2/models/mine

A --url of a server gets the models by its load request. One that cannot load is compared by the
URL of its endpoint (.../infer, .../v2/models/NAME), with the model it serves given by --model.

Writes report.html, report.md, report.json and latencies/*.hlog. Ctrl-C stops early and
reports what was measured until then.`,
    )
    .action(run)
}

async function run(flags: BenchFlags): Promise<void> {
  const { quick, out, python, url, baseline, seed, json } = flags
  const subject = await readSubject(flags.model)
  // What cannot be written is better known before minutes of measuring than after.
  await writing(out, mkdir(join(out, 'latencies'), { recursive: true }))
  const plan = quick ? quickPlan : fullPlan
  const interrupt = new AbortController()
  const stop = () => {
    // The second time at once, but by an exit, which ends the Python service too.
    if (interrupt.signal.aborted) process.exit(INTERRUPTED)
    interrupt.abort()
  }
  process.on('SIGINT', stop).on('SIGTERM', stop)
  const progress = terminalProgress()
  progress.stage(`Measuring where inference should run; this takes ${plan.expected}`)
  let result: BenchResult | null
  const live = await listen(flags.metricsPort)
  if (live) progress.stage(`Metrics at ${live.url}`)
  try {
    result = await runBench({
      plan,
      quick,
      seed,
      command: commandLine(process.argv.slice(2), flags.token),
      urls: url,
      token: flags.token ?? process.env.NEATRON_TOKEN,
      python,
      ...{ subject, live },
      progress,
      signal: interrupt.signal,
    })
  } finally {
    progress.end()
    live?.close()
  }
  if (result) {
    let { report } = result
    if (baseline && !report.interrupted) {
      const compared = await withBaseline(report, out, baseline)
      report = compared.report
      if (compared.saved) progress.stage(`Saved as baseline ${baseline}`)
    }
    await writeReport(out, report, result.logs)
    console.log(json ? JSON.stringify(report) : `\n${textReport(report, stdoutColors())}`)
    if (!json) console.log(`\nThe report is in ${out}: open ${out}/report.html.`)
  }
  if (interrupt.signal.aborted) {
    const saved = result ? `what was measured until then is in ${out}` : 'nothing was measured yet'
    process.stderr.write(`neatron: interrupted; ${saved}\n`)
    process.exitCode = INTERRUPTED
  }
}

function listen(port: number | undefined): Promise<LiveMetrics> | undefined {
  return port === undefined ? undefined : LiveMetrics.listen(port)
}

/** What was typed, for reports, which are passed on: without the token. */
export function commandLine(args: readonly string[], token: string | undefined): string {
  const line = ['neatron', ...args].join(' ')
  return token ? line.replaceAll(token, '***') : line
}

/** It becomes a file name. */
function baselineName(text: string): string {
  if (/^[\w][\w.-]*$/.test(text)) return text
  throw new InvalidArgumentError('Expected letters, digits, dots and dashes.')
}

function collect(value: string, previous: readonly string[]): string[] {
  return [...previous, serverUrl(value)]
}
