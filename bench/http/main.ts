/**
 * What HTTP costs: the budgets of single calls, batches and remote training, what a single call
 * consists of, a server that stays awake against one that does not, requests that share runs against
 * a run for each, and the adaptive batch size against fixed ones. Outputs are verified first.
 *
 *     npm run bench:http -- [--quick] [--genome NAME] [--json]
 */
import { cpus, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { adaptiveBatch } from './adaptive.js'
import { stayingAwake } from './awake.js'
import { type Budget, callBudgets, trainingBudget } from './budgets.js'
import { throughput } from './concurrency.js'
import { singleCalls } from './single-call.js'
import {
  adaptiveTable,
  awakeTable,
  budgetTable,
  callTable,
  summaries,
  throughputTable,
  trainingTable,
} from './tables.js'
import { trainingSpeed } from './training.js'

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
    genome: { type: 'string', multiple: true, default: ['120-layered', '120-irregular'] },
  },
})
if (options.help) {
  console.log(`npm run bench:http -- [--quick] [--genome NAME]... [--json]
  --quick        fewer and shorter rounds, with wider quartiles
  --genome NAME  of bench/genomes; default 120-layered and 120-irregular. The parts about many
                 clients and batch sizes take the first.
  --json         the figures as JSON, on the last line`)
  process.exit(0)
}
const genomes = options.genome
const fileOf = (name: string) => fileURLToPath(new URL(`../genomes/${name}.json`, import.meta.url))
const plan = options.quick
  ? { rounds: 10, calls: 100, ms: 300, groups: 3, trainings: 1 }
  : { rounds: 30, calls: 200, ms: 1000, groups: 8, trainings: 3 }

const say = (...lines: string[]) => {
  if (!options.json) console.log(lines.join('\n'))
}
say(
  `Node ${process.versions.node}, ${cpus()[0].model}, load ${loadavg()[0].toFixed(1)} on ${cpus().length} processors`,
  'Medians, with quartiles over the rounds.',
)

const calls = []
const budgets: Budget[] = []
for (const genome of genomes) {
  const measured = await singleCalls(fileOf(genome), plan)
  const { samples, placed } = measured
  const summary = summaries(measured)
  say('', callTable(genome, summary))
  if (!placed) say('Client and servers are not kept on a core each here.')
  calls.push({ genome, placed, calls: summary })
  budgets.push(...callBudgets(genome, samples))
}
const file = fileOf(genomes[0])
const awake = await stayingAwake(file, { rounds: plan.groups, ms: plan.ms })
say('', awakeTable(awake))
const shared = await throughput(file, { rounds: plan.groups, ms: plan.ms })
say('', throughputTable(shared))
const training = await trainingSpeed(plan.trainings)
say('', trainingTable(training))
budgets.push(trainingBudget(training))
const adaptive = await adaptiveBatch(file, { rounds: plan.groups, ms: plan.ms / 2 })
for (const result of adaptive) say('', adaptiveTable(result))
say('', budgetTable(budgets))
if (options.json) console.log(JSON.stringify({ calls, awake, shared, training, adaptive, budgets }))
process.exit(0)
