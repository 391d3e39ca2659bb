// Shows whether `bench --baseline` can be trusted on this machine: against one saved run, TIMES runs
// with a server that a planted delay makes 20 % slower, which have to come out as worse, and TIMES
// unchanged ones, none of whose figures may. Some 20 seconds a run; nothing else should be running.
//
// Interrupted or out of SECONDS it goes on the next time where it was; delete DIRECTORY to start anew.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
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

const genome = Genome.random({ inputs: 4, outputs: 1, hidden: 3, connections: 12, seed: 1 })

/** As a quick run, of fewer contenders and without what baselines do not compare. */
const plan = {
  ...quickPlan,
  batches: [8],
  ladder: null,
  rounds: { ...quickPlan.rounds, inProcessMs: 20, remoteMs: 110, minWindows: 4 },
}

/** Makes our server, and not the echo beside it, spend so long on every request before it looks at it. */
function plant(delayMs) {
  const patch = `import { Server } from 'node:http'
const { emit } = Server.prototype
Server.prototype.emit = function (name, ...rest) {
  if (name === 'request' && process.argv.includes('serve')) {
    const until = performance.now() + ${delayMs}; while (performance.now() < until);
  }
  return emit.call(this, name, ...rest)
}`
  process.env.NODE_OPTIONS =
    delayMs > 0 ? `--import data:text/javascript,${encodeURIComponent(patch)}` : ''
}

/** Null when the machine was so busy with others that a comparison would not tell either. */
async function measure(seed, delayMs) {
  plant(delayMs)
  const { report } = await runBench({
    ...{ plan, quick: true, seed, command: 'check-baseline', urls: [], python: false },
    subject: { name: 'random', genomes: [genome] },
    progress: { stage() {}, step() {} },
    signal: new AbortController().signal,
  })
  if (report.environment.othersCpu.during > MOST_OTHERS) return null
  const compared = await withBaseline(report, DIRECTORY, 'before')
  return compared.report
}

const single = (report) => report.measurements.find(({ name }) => name === 'http-single')
const percent = (value) => `${value < 0 ? '' : '+'}${(value * 100).toFixed(1)} %`

function describe({ baseline, environment, measurements }) {
  const worse = baseline.comparisons.filter(({ verdict }) => verdict === 'worse')
  const p50 = baseline.comparisons.find(
    ({ name, figure }) => name === 'http-single' && figure === 'p50',
  )
  return {
    us: single({ measurements }).callNs.p50.value / 1000,
    change: p50.change,
    machine: baseline.machine.map(({ name, change }) => `${name} ${percent(change.value)}`),
    others: environment.othersCpu.during,
    worse: worse.map(({ name, figure, change }) => `${name} ${figure} ${percent(change.value)}`),
    caught: worse.some(({ name }) => name === 'http-single'),
  }
}

const started = performance.now()
mkdirSync(DIRECTORY, { recursive: true })
const state = existsSync(RESULTS)
  ? JSON.parse(readFileSync(RESULTS, 'utf8'))
  : { callMs: null, planted: [], unchanged: [], busy: 0 }
const save = () => writeFileSync(RESULTS, JSON.stringify(state, null, 1))
let longest = 0
let seed = 1 + state.planted.length + state.unchanged.length

async function timed(work) {
  const before = performance.now()
  const result = await work()
  longest = Math.max(longest, (performance.now() - before) / 1000)
  return result
}

const due = () =>
  state.callMs === null || state.planted.length < TIMES || state.unchanged.length < TIMES
const time = () => (performance.now() - started) / 1000 + longest < SECONDS
while (due() && time()) {
  const planted = state.callMs !== null && state.planted.length <= state.unchanged.length
  const report = await timed(() => measure(++seed, planted ? SLOWER * state.callMs : 0))
  if (report === null) state.busy++
  else if (state.callMs === null) state.callMs = single(report).callNs.p50.value / 1e6
  save()
  if (report?.baseline == null) continue
  const result = describe(report)
  const kind = planted ? 'planted' : 'unchanged'
  writeFileSync(`${DIRECTORY}/${kind}-${state[kind].length + 1}.json`, JSON.stringify(report))
  state[kind].push(result)
  save()
  const { us, change, machine, others, worse } = result
  console.log(
    `${planted ? '20 % slower' : 'unchanged  '} ${us.toFixed(0)} us, ${percent(change.value)} (${percent(change.low)} to ${percent(change.high)}); machine: ${machine.join(', ')}; others ${percent(others)}; worse: ${worse.join(', ') || 'nothing'}`,
  )
}
const caught = state.planted.filter((result) => result.caught).length
const flagged = state.unchanged.filter(({ worse }) => worse.length > 0).length
console.log(
  `slower servers caught: ${caught} of ${state.planted.length}; unchanged reruns flagged: ${flagged} of ${state.unchanged.length}; left out, since the machine was busy: ${state.busy}${due() ? '; run again to go on' : ''}`,
)
process.exitCode = caught === state.planted.length && flagged === 0 ? 0 : 1
