/**
 * Reproduces the tables of Stanley and Miikkulainen, "Evolving Neural Networks through Augmenting
 * Topologies" (2002): many runs of each experiment, beside the paper's results.
 *
 *     npm run bench:neat
 *     npm run bench:neat -- --help
 */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { SingleBar } from 'cli-progress'
import { ABLATIONS, EXPERIMENTS, type Experiment, TASKS } from './experiments.js'
import { runAll } from './runs.js'
import { beside, print, rates } from './tables.js'

const HELP = `npm run bench:neat -- [options]

  --experiment NAME  only this one (may be given several times)
  --runs N           runs of each, instead of the paper's number
  --ablations        NEAT without one of its parts, on double pole with velocities
  --tasks            the tasks as they come, with their own parameters
  --threads N        worker threads (default: as many as there are cores)
  --markdown         tables as Markdown
  --json             every run as well, as the last line
  --help

Experiments: ${names(EXPERIMENTS)}
  with --ablations: ${names(ABLATIONS)}
  with --tasks: ${names(TASKS)}`

function names(experiments: readonly Experiment[]): string {
  return experiments.map(({ name }) => name).join(', ')
}

const { values } = parseArgs({
  options: {
    experiment: { type: 'string', multiple: true },
    runs: { type: 'string' },
    threads: { type: 'string', default: String(availableParallelism()) },
    ablations: { type: 'boolean', default: false },
    tasks: { type: 'boolean', default: false },
    markdown: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

function wrongUsage(message: string): never {
  console.error(`${message}\n\n${HELP}`)
  process.exit(2)
}

function count(option: 'runs' | 'threads', value: string): number {
  const number = Number(value)
  if (Number.isInteger(number) && number > 0) return number
  return wrongUsage(`--${option}: expected a whole number of at least 1, came ${value}`)
}

function chosen(all: readonly Experiment[]): readonly Experiment[] {
  const wanted = values.experiment
  const unknown = wanted?.find((name) => !all.some((one) => one.name === name))
  if (unknown !== undefined) wrongUsage(`--experiment: there is no ${unknown}`)
  return all.filter(({ name }) => wanted?.includes(name) ?? true)
}

if (values.help) {
  console.log(HELP)
  process.exit()
}
const experiments = chosen(values.tasks ? TASKS : values.ablations ? ABLATIONS : EXPERIMENTS)
const threads = count('threads', values.threads)
const runs = values.runs === undefined ? undefined : count('runs', values.runs)
const runsOf = (experiment: Experiment) => runs ?? experiment.runs

const total = experiments.reduce((sum, one) => sum + runsOf(one), 0)
const seconds = experiments.reduce((sum, one) => sum + runsOf(one) * one.secondsPerRun, 0) / threads
console.error(
  `${total} runs on ${threads} threads: about ${seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.round(seconds / 60)} min`}`,
)
const bar = new SingleBar({
  format: '{bar} {value} of {total} runs, {eta_formatted} left  {experiment}',
  stream: process.stderr,
})
if (process.stderr.isTTY) bar.start(total, 0, { experiment: '' })
const results = await runAll(experiments, runsOf, threads, ({ title }) => {
  if (process.stderr.isTTY) bar.increment({ experiment: title })
})
bar.stop()

const table = values.tasks ? rates(experiments, results) : beside(experiments, results)
console.log(print(table, values.markdown))
if (!values.tasks) console.log('\nMean ± standard deviation over the runs that solved the task.')
if (values.json) {
  console.log(JSON.stringify(Object.fromEntries(experiments.map((e, i) => [e.name, results[i]]))))
}
