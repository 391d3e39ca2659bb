import { Command, Option } from 'commander'
import { NeatronError } from '../errors.js'
import { type LoadResult, load } from '../measure/load.js'
import { digits, grouped } from '../measure/units.js'
import { textTable } from '../report/text.js'
import { stdoutColors } from './colors.js'
import { INTERRUPTED } from './exit.js'
import { integer, number } from './options.js'

interface LoadFlags {
  rate?: number
  arrivals: 'poisson' | 'constant'
  concurrency?: number
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
    .option('--rows <b>', 'rows a request', integer(1), 1)
    .option('--duration <s>', 'seconds', number(0.1), 10)
    .option('--inputs <i>', "inputs of a row (default: by the server's metadata)", integer(1))
    .option('--token <token>', 'bearer token (default: $NEATRON_TOKEN)')
    .option('--seed <n>', 'of rows and arrivals', integer(0, 2 ** 32 - 1), 1)
    .option('--json', 'print the result as JSON', false)
    .addHelpText(
      'after',
      `
Examples:
  neatron load http://127.0.0.1:8000 --rate 2000
  neatron load http://127.0.0.1:8000/v2/models/champion/infer --concurrency 32 --rows 8

With --rate, latency counts from when a request was due, so waiting for a slow server shows.
With --concurrency, each request waits for the one before: service time, and throughput.`,
    )
    .action(run)
}

async function run(url: string, flags: LoadFlags): Promise<void> {
  const { rate, arrivals, concurrency, rows, duration, inputs, seed, json } = flags
  if (rate !== undefined && concurrency !== undefined) {
    throw new NeatronError('USAGE', 'Give --rate (open loop) or --concurrency (closed), not both.')
  }
  const interrupt = new AbortController()
  process.once('SIGINT', () => interrupt.abort())
  const result = await load({
    ...{ url, rate, arrivals, concurrency, rows, inputs, seed },
    token: flags.token ?? process.env.NEATRON_TOKEN,
    seconds: duration,
    signal: interrupt.signal,
  })
  console.log(json ? JSON.stringify(result) : describe(result))
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
