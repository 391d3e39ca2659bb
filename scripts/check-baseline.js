// Shows whether baselines can be trusted on this machine: TIMES times, a server that a planted delay
// makes 20 % slower has to come out as worse, and an unchanged one as no change. Takes some minutes;
// nothing else should be running.
import { Genome } from '../dist/genome/genome.js'
import { compareFigures } from '../dist/measure/baseline.js'
import { deliverTrace } from '../dist/measure/contenders/delivery.js'
import { serverContenders } from '../dist/measure/contenders/line-up.js'
import { quickPlan } from '../dist/measure/plan.js'
import { measureInRounds } from '../dist/measure/rounds.js'
import { summarize } from '../dist/measure/summary.js'
import { randomTrace } from '../dist/measure/trace.js'
import { Random } from '../dist/neat/random.js'
import { startServer } from '../dist/serve/child.js'

const TIMES = Number(process.env.TIMES ?? 10)
const SLOWER = 0.2

const genome = Genome.random({ inputs: 4, outputs: 1, hidden: 3, connections: 12, seed: 1 })
const trace = randomTrace('random', genome, 4096, new Random(1))
const verification = { rows: 0, worst: 0, limit: 0 }

/** Makes the child server spend so long on every request before it looks at it. */
function plant(delayMs) {
  const patch = `import { Server } from 'node:http'
const { emit } = Server.prototype
Server.prototype.emit = function (name, ...rest) {
  if (name === 'request') { const until = performance.now() + ${delayMs}; while (performance.now() < until); }
  return emit.call(this, name, ...rest)
}`
  process.env.NODE_OPTIONS =
    delayMs > 0 ? `--import data:text/javascript,${encodeURIComponent(patch)}` : ''
}

/** Single calls at a server of its own, measured as a quick run does. */
async function measure(seed, delayMs) {
  plant(delayMs)
  const server = await startServer({ allowLoad: true, batching: false })
  plant(0)
  const address = { name: 'neatron', url: server.url, pid: null, prefix: '', suffix: '' }
  const all = serverContenders(await deliverTrace(trace, address), trace, [8])
  const single = all.find(({ mode }) => mode === 'single')
  try {
    await single.prepare(quickPlan.warmUpMs)
    const random = new Random(seed)
    const next = () => random.next()
    const rounds = (await measureInRounds([single], quickPlan.rounds, next)).get(single)
    const { roundsPerWindow } = quickPlan.rounds
    return summarize(
      { contender: single, rounds, roundsPerWindow, verification, system: null },
      next,
    )
  } finally {
    for (const contender of all) await contender.close()
    await server.close()
  }
}

const found = { planted: 0, unchanged: 0 }
const worse = (before, now) =>
  compareFigures(before, now).some(({ verdict }) => verdict === 'worse')
const percent = (before, now) =>
  `${((now.rowNs.value / before.rowNs.value - 1) * 100).toFixed(1)} %`

for (let time = 0; time < TIMES; time++) {
  const before = await measure(3 * time, 0)
  const delayMs = (SLOWER * before.rowNs.value) / 1e6
  const planted = await measure(3 * time + 1, delayMs)
  const unchanged = await measure(3 * time + 2, 0)
  if (worse(before, planted)) found.planted++
  if (worse(before, unchanged)) found.unchanged++
  const us = (before.rowNs.value / 1000).toFixed(0)
  console.log(
    `${time + 1}: ${us} us a row; planted ${percent(before, planted)} ${worse(before, planted) ? 'worse' : 'not seen'}; unchanged ${percent(before, unchanged)} ${worse(before, unchanged) ? 'WORSE' : 'no change'}`,
  )
}
console.log(
  `planted delays caught: ${found.planted} of ${TIMES}; unchanged reruns flagged: ${found.unchanged} of ${TIMES}`,
)
process.exitCode = found.planted === TIMES && found.unchanged === 0 ? 0 : 1
