// Cross-check of the load generator: wrk with scripts/infer.lua and `neatron load`, in turns, at the
// same server with 100 connections, closed loop; then the open loop, which stock wrk has not, at
// parts of that rate. Takes a minute. ROWS and SECONDS (of each measurement) by environment.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Genome } from '../dist/genome/genome.js'
import { startServer } from '../dist/serve/child.js'

const run = promisify(execFile)
const ROWS = process.env.ROWS ?? '1'
const SECONDS = Number(process.env.SECONDS ?? 5)
const CONNECTIONS = 100
const REPEATS = 3
/** How far apart the two may be. */
const AGREEMENT = 0.1

async function wrk(url) {
  const { stdout } = await run(
    'wrk',
    ['-t4', `-c${CONNECTIONS}`, `-d${SECONDS}s`, '-s', 'scripts/infer.lua', `${url}/infer`],
    { env: { ...process.env, ROWS, INPUTS: '4' } },
  )
  const figure = (pattern) => Number(pattern.exec(stdout)?.[1])
  if (figure(/^errors (\d+)/m) !== 0) throw new Error(`wrk met errors:\n${stdout}`)
  return {
    rate: figure(/^requests\/s ([\d.]+)/m),
    p50: figure(/^p50\s+(\d+)/m),
    p99: figure(/^p99\s+(\d+)/m),
  }
}

async function load(url, ...how) {
  const line = ['dist/cli/main.js', 'load', `${url}/infer`, '--rows', ROWS]
  const { stdout } = await run(process.execPath, [
    ...[...line, '--duration', String(SECONDS), '--json'],
    ...how,
  ])
  const { requestsPerSecond, requestNs, errors } = JSON.parse(stdout)
  if (errors > 0) throw new Error(`neatron load met ${errors} errors`)
  const us = (ns) => (ns === null ? Number.NaN : ns / 1000)
  return { rate: requestsPerSecond, p50: us(requestNs.p50), p99: us(requestNs.p99) }
}

/** The median run by rate. */
const middle = (runs) => runs.sort((a, b) => a.rate - b.rate)[runs.length >> 1]

const print = (name, { rate, p50, p99 }) =>
  console.log(
    `${name.padEnd(34)}${rate.toFixed(0).padStart(12)}${p50.toFixed(0).padStart(12)}${p99.toFixed(0).padStart(12)}`,
  )

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
    await load(server.url, '--concurrency', String(CONNECTIONS))
    const runs = { wrk: [], load: [] }
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      runs.wrk.push(await wrk(server.url))
      runs.load.push(await load(server.url, '--concurrency', String(CONNECTIONS)))
    }
    const [theirs, ours] = [middle(runs.wrk), middle(runs.load)]
    console.log(`${CONNECTIONS} connections, ${ROWS} rows a request, median of ${REPEATS} runs`)
    console.log(`${''.padEnd(34)}  requests/s      p50 us      p99 us`)
    print('wrk, closed loop', theirs)
    print('neatron load, closed loop', ours)
    for (const share of [0.5, 0.8]) {
      const rate = Math.round(share * ours.rate)
      print(`neatron load, open loop, ${rate}/s`, await load(server.url, '--rate', String(rate)))
    }
    const off = (figure) => ours[figure] / theirs[figure] - 1
    const percent = (value) => `${(value * 100).toFixed(1)} %`
    const close = ['rate', 'p50'].every((figure) => Math.abs(off(figure)) <= AGREEMENT)
    console.log(
      `neatron load against wrk: rate ${percent(off('rate'))}, p50 ${percent(off('p50'))}`,
    )
    console.log(close ? 'They agree within 10 %.' : 'They do not agree within 10 %.')
    process.exitCode = close ? 0 : 1
  } finally {
    await server.close()
    rmSync(directory, { recursive: true })
  }
} catch (error) {
  console.error(`bench:wrk: ${error.message}`)
  process.exitCode = 1
}
