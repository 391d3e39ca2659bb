/**
 * What HTTP costs: the budgets of single calls, batches and remote training, requests that share
 * runs against a run for each, the adaptive batch size against fixed ones, and what a single call
 * consists of. Outputs are verified first.
 *
 *     npm run bench:http -- [--quick] [--genome 120-layered] [--json]
 */
import { cpus, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import Table from 'cli-table3'
import { type Spread, spread } from '../spread.js'
import { adaptiveBatch } from './adaptive.js'
import { CLIENTS, throughput } from './concurrency.js'
import { byRound, ratioOf } from './pool.js'
import { ROWS, singleCalls } from './single-call.js'
import { POPULATION, trainingSpeed } from './training.js'

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
    genome: { type: 'string', default: '120-layered' },
  },
})
if (options.help) {
  console.log(`npm run bench:http -- [--quick] [--genome NAME] [--json]
  --quick        under a minute, with wider quartiles
  --genome NAME  one of bench/genomes; default 120-layered
  --json         the figures as JSON, on the last line`)
  process.exit(0)
}
const file = fileURLToPath(new URL(`../genomes/${options.genome}.json`, import.meta.url))
const plan = options.quick
  ? { rounds: 10, calls: 100, ms: 300, trainings: 1, generations: 1 }
  : { rounds: 30, calls: 200, ms: 1000, trainings: 5, generations: 2 }

const text = ({ median, low, high }: Spread, digits: number) =>
  `${median.toFixed(digits)} (${low.toFixed(digits)} - ${high.toFixed(digits)})`
const table = (head: string[], rows: readonly (readonly string[])[]) => {
  const made = new Table({ head, style: { head: [], border: [] } })
  for (const row of rows) made.push([...row])
  if (!options.json) console.log(`\n${made}`)
}

const { samples, placed } = await singleCalls(file, plan)
const calls = [...samples.keys()].map((name) => ({
  name,
  p50Us: spread(byRound(samples, name, 0.5)),
  p99Us: spread(byRound(samples, name, 0.99)),
  overEcho: ratioOf(samples, name, 'echo'),
}))
const cheaper = spread(
  byRound(samples, 'one row', 0.5).map(
    (us, round) => (us * ROWS) / byRound(samples, `${ROWS} rows, binary`, 0.5)[round],
  ),
)
const shared = await throughput(file, { rounds: options.quick ? 3 : 8, ms: plan.ms })
const training = await trainingSpeed({ rounds: plan.trainings, generations: plan.generations })
const adaptive = await adaptiveBatch(file, { rounds: options.quick ? 3 : 8, ms: plan.ms / 2 })
const [single, whole] = training
const faster = whole.generationsPerSecond.median / single.generationsPerSecond.median

if (!options.json) {
  console.log(`${options.genome}, Node ${process.versions.node}, ${cpus()[0].model}`)
  console.log(`load ${loadavg()[0].toFixed(1)} on ${cpus().length} processors`)
  console.log(
    placed ? 'Client and servers have a core each.' : 'Client and servers are not placed.',
  )
  console.log('Medians, with quartiles over the rounds.')
}
table(
  ['one connection', 'p50 us', 'p99 us', 'times the echo'],
  calls.map(({ name, p50Us, p99Us, overEcho }) => [
    name,
    text(p50Us, 0),
    text(p99Us, 0),
    text(overEcho, 2),
  ]),
)
table(
  [`${CLIENTS} clients, one row each`, 'requests/s', 'p50 us', 'p99 us'],
  shared.map(({ batching, requestsPerSecond, p50Us, p99Us }) => [
    batching ? 'shared runs' : 'a run for each',
    text(requestsPerSecond, 0),
    text(p50Us, 0),
    text(p99Us, 0),
  ]),
)
table(
  [`remote training, population ${POPULATION}, batch`, 'generations/s', 'rows a request'],
  training.map(({ batch, generationsPerSecond, rowsPerRequest }) => [
    String(batch),
    text(generationsPerSecond, 2),
    rowsPerRequest.toFixed(1),
  ]),
)
for (const { clients, sizes, bestFixed, overBest } of adaptive) {
  table(
    [`${clients}, batch`, 'rows/s', 'p50 us', 'p99 us', 'rows a request'],
    sizes.map(({ name, rowsPerSecond, p50Us, p99Us, rowsPerRequest }) => [
      name,
      text(rowsPerSecond, 0),
      text(p50Us, 0),
      text(p99Us, 0),
      rowsPerRequest.toFixed(1),
    ]),
  )
  if (!options.json) console.log(`adaptive over ${bestFixed}, rows/s: ${text(overBest, 2)}`)
}
const overEcho = ratioOf(samples, 'one row', 'echo')
const budgets = [
  {
    budget: 'single call p50 over the echo',
    target: 'at most 1.3 times',
    reached: text(overEcho, 2),
    holds: overEcho.median <= 1.3,
  },
  {
    budget: `a row of ${ROWS}, binary, against a single call`,
    target: 'at least 40 times cheaper',
    reached: text(cheaper, 0),
    holds: cheaper.median >= 40,
  },
  {
    budget: `training, batch ${POPULATION} against single calls`,
    target: 'at least 20 times',
    reached: faster.toFixed(1),
    holds: faster >= 20,
  },
]
table(
  ['budget', 'to reach', 'reached', 'holds'],
  budgets.map(({ budget, target, reached, holds }) => [
    budget,
    target,
    reached,
    holds ? 'yes' : 'NO',
  ]),
)
if (options.json)
  console.log(JSON.stringify({ placed, calls, shared, training, adaptive, budgets }))
process.exit(0)
