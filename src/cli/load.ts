import { Command, Option } from 'commander'
import { NeatronError } from '../errors.js'
import { BOUND_MS } from '../measure/ladder.js'
import { LiveMetrics } from '../measure/live-metrics.js'
import { type LoadResult, load } from '../measure/load.js'
import { loadLadder } from '../measure/load-ladder.js'
import { digits, grouped } from '../measure/units.js'
import { ladderTable } from '../report/tables.js'
import { textTable } from '../report/text.js'
import { stdoutColors } from './colors.js'
import { INTERRUPTED } from './exit.js'
import { integer, number } from './options.js'

interface LoadFlags {
  rate?: number
  arrivals: 'poisson' | 'constant'
  concurrency?: number
  ladder: boolean
  p99: number
  metricsPort?: number
  rows: number
  duration: number
  inputs?: number
  token?: string
  seed: number
  json: boolean
}

/** `neatron load`: the load generator of the benchmark, for anyone's endpoint. */
export function loadCommand(): Command {
  return new Command('load')
    .description('put load on an inference endpoint and measure its latency')
    .argument('<url>', 'a server, its /infer, or its /v2/models/NAME/infer')
    .option('--rate <r>', 'open loop: requests a second', number(0.001))
    .addOption(
      new Option('--arrivals <how>', 'of an open loop')
        .choices(['poisson', 'constant'])
        .default('poisson'),
    )
    .option('--concurrency <c>', 'closed loop: requests in flight (default: 1)', integer(1))
    .option('--ladder', 'open loop at rising rates, to find the knee and the highest', false)
    .option('--p99 <ms>', 'of a ladder: what p99 must stay under', number(0.001), BOUND_MS)
    .option('--rows <b>', 'rows a request', integer(1), 1)
    .option('--duration <s>', 'seconds; of a ladder, those of a step', number(0.1), 10)
    .option('--inputs <i>', "inputs of a row (default: by the server's metadata)", integer(1))
    .option('--token <token>', 'bearer token (default: $NEATRON_TOKEN)')
    .option(
      '--metrics-port <port>',
      'Prometheus metrics of the load at http://127.0.0.1:<port>/metrics',
      integer(0, 65_535),
    )
    .option('--seed <n>', 'of rows and arrivals', integer(0, 2 ** 32 - 1), 1)
    .option('--json', 'print the result as JSON', false)
    .addHelpText(
      'after',
      `
Examples:
  neatron load http://127.0.0.1:8000 --rate 2000
  neatron load http://127.0.0.1:8000/v2/models/champion/infer --concurrency 32 --rows 8
  neatron load http://127.0.0.1:8000 --ladder --p99 5 --rows 64 --duration 3

With --rate, latency counts from when a request was due, so waiting for a slow server shows.
With --concurrency, each request waits for the one before: service time, and throughput.`,
    )
    .action(run)
}

async function run(url: string, flags: LoadFlags): Promise<void> {
  const { rate, arrivals, concurrency, rows, duration, inputs, seed, json } = flags
  const loops = [rate !== undefined, concurrency !== undefined, flags.ladder]
  if (loops.filter(Boolean).length > 1) {
    throw new NeatronError(
      'USAGE',
      'Give --rate or --ladder (open loop) or --concurrency (closed), not both.',
    )
  }
  const interrupt = new AbortController()
  process.once('SIGINT', () => interrupt.abort())
  const live =
    flags.metricsPort === undefined ? undefined : await LiveMetrics.listen(flags.metricsPort)
  const common = {
    ...{ url, rows, inputs, seed, live },
    token: flags.token ?? process.env.NEATRON_TOKEN,
    seconds: duration,
    signal: interrupt.signal,
  }
  try {
    if (flags.ladder) {
      const onStep = (step: number) => process.stderr.write(`${grouped(step)} requests/s\n`)
      const ladder = await loadLadder({ ...common, boundMs: flags.p99, onStep })
      console.log(json ? JSON.stringify(ladder) : textTable(ladderTable(ladder), stdoutColors()))
    } else {
      const result = await load({ ...common, rate, arrivals, concurrency })
      console.log(json ? JSON.stringify(result) : describe(result))
    }
  } finally {
    live?.close()
  }
  if (interrupt.signal.aborted) process.exitCode = INTERRUPTED
}

function describe(result: LoadResult): string {
  const { loop, rate, concurrency, requestNs } = result
  const us = (ns: number | null) => (ns === null ? '-' : digits(ns / 1000))
  const how =
    loop === 'open'
      ? `open loop, ${rate} requests/s intended, latency from the intended send time`
      : `closed loop, ${concurrency} in flight`
  const notes = [
    ...(result.errors > 0
      ? [`${result.errors} requests failed. The first: ${result.firstError}`]
      : []),
    ...(result.shed > 0
      ? [`${result.shed} requests were not sent: the server fell too far behind.`]
      : []),
  ]
  return textTable(
    {
      title: `${result.url}: ${how}`,
      headers: [
        'requests',
        'requests/s',
        'rows/s',
        'p50 us',
        'p95 us',
        'p99 us',
        'p99.9 us',
        'max us',
      ],
      rows: [
        [
          grouped(result.requests),
          grouped(result.requestsPerSecond),
          grouped(result.rowsPerSecond),
          us(requestNs.p50),
          us(requestNs.p95),
          us(requestNs.p99),
          us(requestNs.p999),
          us(requestNs.max),
        ],
      ],
      notes,
    },
    stdoutColors(),
  )
}
