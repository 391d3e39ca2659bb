// Cross-check of the load generator: wrk with scripts/infer.lua and `neatron load`, in turns, at one
// server, with the same connections, closed loop; then the open loop, which stock wrk has not, at
// parts of that rate. ROUNDS, SECONDS (of each measurement), CONNECTIONS and ROWS (of a request) by
// environment; with the defaults it takes a little over a minute.
//
// What makes the comparison fair:
// - Both keep the same number of connections, and send bodies of the same length made beforehand.
// - wrk gets one thread, as ours is one: on a machine of two cores any more take turns with the
//   server. What `wrk -t4` makes of it stands beside.
// - Ours runs in this process, which is warm, as wrk's machine code always is.
// - The server is what limits both: see its CPU. In the open loop at a high rate our generator, which
//   shares two cores with the server, can become the limit; then its own CPU says so.
// - Turns change their order each round, and what is compared is the ratio within a round: what the
//   machine does in between hits both.
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Genome } from '../dist/genome/genome.js'
import { load } from '../dist/measure/load.js'
import { processUsage } from '../dist/measure/process-usage.js'
import { bootstrap, median } from '../dist/measure/statistics.js'
import { Random } from '../dist/neat/random.js'
import { startServer } from '../dist/serve/child.js'

const run = promisify(execFile)
const number = (name, fallback) => Number(process.env[name] ?? fallback)
const ROWS = number('ROWS', 1)
const SECONDS = number('SECONDS', 4)
const ROUNDS = number('ROUNDS', 6)
const CONNECTIONS = number('CONNECTIONS', 100)
/** How far apart the two may be. */
const AGREEMENT = 0.1
const FIGURES = ['rate', 'p50', 'p99']

async function wrk(url, threads) {
  const { stdout } = await run(
    'wrk',
    [
      ...[`-t${threads}`, `-c${CONNECTIONS}`, `-d${SECONDS}s`],
      ...['-s', 'scripts/infer.lua', `${url}/infer`],
    ],
    { env: { ...process.env, ROWS: String(ROWS), INPUTS: '4' } },
  )
  const figure = (pattern) => Number(pattern.exec(stdout)?.[1])
  if (figure(/^errors (\d+)/m) !== 0) throw new Error(`wrk met errors:\n${stdout}`)
  return {
    rate: figure(/^requests\/s ([\d.]+)/m),
    p50: figure(/^p50\s+(\d+)/m),
    p99: figure(/^p99\s+(\d+)/m),
  }
}

async function neatron(url, how) {
  const { requestsPerSecond, requestNs, errors, firstError } = await load({
    ...{ url: `${url}/infer`, rows: ROWS, inputs: 4, seconds: SECONDS, seed: 1 },
    ...how,
    signal: new AbortController().signal,
  })
  if (errors > 0) throw new Error(`neatron load met ${errors} errors: ${firstError}`)
  const us = (ns) => (ns === null ? Number.NaN : ns / 1000)
  return { rate: requestsPerSecond, p50: us(requestNs.p50), p99: us(requestNs.p99) }
}

/** CPU seconds of this process and of those it has waited for, which wrk is. */
function generatorSeconds() {
  const [, after] = readFileSync('/proc/self/stat', 'utf8').split(') ')
  const ticks = after.split(' ').slice(11, 15).map(Number)
  return ticks.reduce((sum, tick) => sum + tick / 100, 0)
}

/** Runs one measurement, and adds the cores that the server and the generator kept busy. */
async function observed(server, work) {
  const look = () => ({
    server: processUsage(server.pid).cpuNs / 1e9,
    generator: generatorSeconds(),
    at: performance.now() / 1000,
  })
  const before = look()
  const result = await work()
  const after = look()
  const busy = (who) => (after[who] - before[who]) / (after.at - before.at)
  return { ...result, server: busy('server'), generator: busy('generator') }
}

const typical = (runs) =>
  Object.fromEntries(Object.keys(runs[0]).map((key) => [key, median(runs.map((one) => one[key]))]))

const HEADERS = ['requests/s', 'p50 us', 'p99 us', 'server CPU', 'own CPU']

function print(name, { rate, p50, p99, server, generator }) {
  const cells = [rate.toFixed(0), p50.toFixed(0), p99.toFixed(0)].concat(
    [server, generator].map((cores) => cores.toFixed(2)),
  )
  console.log(name.padEnd(34) + cells.map((cell) => cell.padStart(12)).join(''))
}

/** The median over rounds of ours / wrk - 1, with its 95 % interval. */
function difference(ours, theirs, figure, random) {
  const ratios = ours.map((one, round) => one[figure] / theirs[round][figure])
  const weighted = (weights) =>
    median(ratios.flatMap((ratio, round) => new Array(weights[round]).fill(ratio)))
  return bootstrap(ratios.length, weighted, { random: () => random.next() })
}

async function compare(server) {
  const { url } = server
  const closed = () => neatron(url, { concurrency: CONNECTIONS })
  await closed()
  const runs = { ours: [], wrk: [], four: [] }
  const turns = [
    ['ours', closed],
    ['wrk', () => wrk(url, 1)],
  ]
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, work] of round % 2 === 0 ? turns : [...turns].reverse()) {
      runs[name].push(await observed(server, work))
    }
  }
  runs.four.push(await observed(server, () => wrk(url, 4)))
  console.log(
    `${CONNECTIONS} connections, ${ROWS} rows a request, ${ROUNDS} rounds of ${SECONDS} s; medians`,
  )
  console.log(' '.repeat(34) + HEADERS.map((header) => header.padStart(12)).join(''))
  print('wrk -t1, closed loop', typical(runs.wrk))
  print('neatron load, closed loop', typical(runs.ours))
  print('wrk -t4, closed loop, once', runs.four[0])
  for (const share of [0.5, 0.8]) {
    const rate = Math.round(share * typical(runs.ours).rate)
    const open = await observed(server, () => neatron(url, { rate }))
    print(`neatron load, open loop, ${rate}/s`, open)
  }
  const random = new Random(1)
  const percent = (ratio) => `${((ratio - 1) * 100).toFixed(1)} %`
  const found = FIGURES.map((figure) => {
    const between = difference(runs.ours, runs.wrk, figure, random)
    const { value, low, high } = between
    console.log(
      `neatron load against wrk, ${figure}: ${percent(value)} [${percent(low)}, ${percent(high)}], ${judge(between)}`,
    )
    return judge(between)
  })
  process.exitCode = found.includes('not within 10 %') ? 1 : 0
}

/** Beyond the agreement only when the whole interval is: p99 of a few seconds is a wide one. */
function judge({ value, low, high }) {
  if (low > 1 + AGREEMENT || high < 1 - AGREEMENT) return 'not within 10 %'
  return Math.abs(value - 1) <= AGREEMENT ? 'within 10 %' : 'cannot tell'
}

try {
  await run('wrk', ['-v']).catch((error) => {
    // wrk -v prints its version and exits with 1.
    if (error.code === 'ENOENT') throw new Error('wrk was not found: apt-get install wrk')
  })
  const directory = mkdtempSync(join(tmpdir(), 'neatron-wrk-'))
  const file = join(directory, 'champion.json')
  const genome = Genome.random({ inputs: 4, outputs: 1, hidden: 3, connections: 12, seed: 1 })
  writeFileSync(file, JSON.stringify(genome))
  const server = await startServer({ files: [file] })
  try {
    await compare(server)
  } finally {
    await server.close()
    rmSync(directory, { recursive: true })
  }
} catch (error) {
  console.error(`bench:wrk: ${error.message}`)
  process.exitCode = 1
}
