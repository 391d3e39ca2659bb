// Shows whether `bench --baseline` can be trusted on this machine: against one saved run, TIMES runs
// with a server that a planted delay makes 20 % slower, which have to come out as worse, and TIMES
// unchanged ones, none of whose figures may. Some 25 seconds a run; nothing else should be running,
// and runs during which something else was are left out.
//
// Interrupted or out of SECONDS it goes on the next time where it was; delete DIRECTORY to start anew.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Genome } from '../dist/genome/genome.js'
import { MOST_OTHERS } from '../dist/measure/baseline.js'
import { runBench } from '../dist/measure/bench.js'
import { quickPlan } from '../dist/measure/plan.js'
import { withBaseline } from '../dist/report/baselines.js'

const TIMES = Number(process.env.TIMES ?? 10)
const SECONDS = Number(process.env.SECONDS ?? Number.POSITIVE_INFINITY)
const DIRECTORY = process.env.DIRECTORY ?? 'report/check-baseline'
const RESULTS = `${DIRECTORY}/results.json`
const SLOWER = 0.2

/** Single calls alone, and six server processes, so that a short run has narrow intervals. */
const plan = {
  ...quickPlan,
  batches: [],
  ladder: null,
  rounds: { inProcessMs: 20, remoteMs: 200, roundsPerWindow: 3, minWindows: 6, maxWindows: 6 },
}

/** What a benchmark of this script's child process is given by its environment. */
const CHILD = 'CHECK_BASELINE_SEED'

/** Makes our server, and not the echo beside it, spend so long on every request before it looks at it. */
function plant(delayMs) {
  const patch = `import { Server } from 'node:http'
const { emit } = Server.prototype
if (process.argv.includes('serve')) Server.prototype.emit = function (name, ...rest) {
  if (name === 'request') { const until = performance.now() + ${delayMs}; while (performance.now() < until); }
  return emit.call(this, name, ...rest)
}`
  return delayMs > 0 ? `--import data:text/javascript,${encodeURIComponent(patch)}` : ''
}

/** Benchmarks in a process of its own, as a command would: compiled code differs from one to the next. */
function measure(seed, delayMs) {
  const env = { ...process.env, [CHILD]: String(seed), NODE_OPTIONS: plant(delayMs) }
  const child = spawnSync(process.execPath, [fileURLToPath(import.meta.url)], {
    ...{ env, stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 2 ** 26 },
  })
  if (child.status !== 0) throw new Error(`a benchmark ended with ${child.status}`)
  return JSON.parse(child.stdout.toString())
}

async function benchmark(seed) {
  const genome = Genome.random({ inputs: 4, outputs: 1, hidden: 3, connections: 12, seed: 1 })
  const { report } = await runBench({
    ...{ plan, quick: true, seed, command: 'check-baseline', urls: [], python: false },
    subject: { name: 'random', genomes: [genome] },
    progress: { stage() {}, step() {} },
    signal: new AbortController().signal,
  })
  process.stdout.write(JSON.stringify(report))
}

const percent = (value) => `${value < 0 ? '' : '+'}${(value * 100).toFixed(1)} %`

function describe({ baseline, environment, measurements }) {
  const worse = baseline.comparisons.filter(({ verdict }) => verdict === 'worse')
  const isP50 = ({ name, figure }) => name === 'http-single' && figure === 'p50'
  return {
    us: p50Of({ measurements }) / 1000,
    change: baseline.comparisons.find(isP50).change,
    machine: baseline.machine.map(({ name, change }) => `${name} ${percent(change.value)}`),
    others: environment.othersCpu.during,
    worse: worse.map(({ name, figure, change }) => `${name} ${figure} ${percent(change.value)}`),
    caught: worse.some(({ name }) => name === 'http-single'),
  }
}

/** Nanoseconds of a single call. */
function p50Of({ measurements }) {
  return measurements.find(({ name }) => name === 'http-single').callNs.p50.value
}

function tell(kind, { us, change, machine, others, worse }) {
  const between = `${percent(change.low)} to ${percent(change.high)}`
  const lines = [
    `${kind.padEnd(9)} ${us.toFixed(0)} us, ${percent(change.value)} (${between})`,
    `machine: ${machine.join(', ')}; others ${percent(others)}`,
    `worse: ${worse.join(', ') || 'nothing'}`,
  ]
  console.log(lines.join('; '))
}

async function check() {
  const started = performance.now()
  mkdirSync(DIRECTORY, { recursive: true })
  const state = existsSync(RESULTS)
    ? JSON.parse(readFileSync(RESULTS, 'utf8'))
    : { runs: 0, callNs: null, planted: [], unchanged: [], busy: 0 }
  const done = () =>
    state.callNs !== null && state.planted.length >= TIMES && state.unchanged.length >= TIMES
  let longest = 0
  while (!done() && (performance.now() - started) / 1000 + longest < SECONDS) {
    const before = performance.now()
    const planted = state.callNs !== null && state.planted.length <= state.unchanged.length
    const run = measure(++state.runs, planted ? (SLOWER * state.callNs) / 1e6 : 0)
    if (run.environment.othersCpu.during > MOST_OTHERS) state.busy++
    else {
      const { report, saved } = await withBaseline(run, DIRECTORY, 'before')
      if (saved) state.callNs = p50Of(run)
      else {
        const kind = planted ? 'planted' : 'unchanged'
        state[kind].push(describe(report))
        tell(kind, state[kind].at(-1))
        writeFileSync(`${DIRECTORY}/${kind}-${state[kind].length}.json`, JSON.stringify(report))
      }
    }
    writeFileSync(RESULTS, JSON.stringify(state, null, 1))
    longest = Math.max(longest, (performance.now() - before) / 1000)
  }
  const caught = state.planted.filter((result) => result.caught).length
  const flagged = state.unchanged.filter(({ worse }) => worse.length > 0).length
  console.log(
    `slower servers caught: ${caught} of ${state.planted.length}; unchanged reruns flagged: ${flagged} of ${state.unchanged.length}; left out, since the machine was busy: ${state.busy}${done() ? '' : '; run again to go on'}`,
  )
  process.exitCode = caught === state.planted.length && flagged === 0 ? 0 : 1
}

const seed = process.env[CHILD]
await (seed === undefined ? check() : benchmark(Number(seed)))
