/**
 * Reproduces the tables of Stanley and Miikkulainen, "Evolving Neural Networks through Augmenting
 * Topologies" (2002): many runs of each experiment with the paper's parameters, beside the paper's
 * results.
 *
 *     npm run bench:neat                    100 runs of each
 *     npm run bench:neat -- --runs 20
 *     npm run bench:neat -- --json          the figures of every run as well
 */
import { parseArgs } from 'node:util'
import Table from 'cli-table3'
import { type Config, evolve, tasks } from 'neatron'

interface Experiment {
  title: string
  task: string
  /** Generations after which a run counts as failed. */
  generations: number
  /** The paper's parameters, where the task has others of its own. */
  config?: Partial<Config>
  /** What the paper reports (sections 4.2 and 4.3.2); failures of 100 runs. */
  paper: { evaluations: number; generations?: number; hidden?: number; failures?: number }
}

const EXPERIMENTS: readonly Experiment[] = [
  {
    title: "XOR, the paper's parameters",
    task: 'xor',
    generations: 200,
    config: { addConnection: 0.05, weightRange: 4 },
    paper: { evaluations: 4755, generations: 32, hidden: 2.35, failures: 0 },
  },
  {
    title: "XOR, the task's parameters",
    task: 'xor',
    generations: 200,
    paper: { evaluations: 4755, generations: 32, hidden: 2.35, failures: 0 },
  },
  {
    title: 'double pole, velocities (DPV)',
    task: 'double-pole',
    generations: 1000,
    paper: { evaluations: 3600, generations: 24 },
  },
]

interface Run {
  seed: number
  solved: boolean
  evaluations: number
  generations: number
  hidden: number
  connections: number
}

async function run({ task, generations, config }: Experiment, seed: number): Promise<Run> {
  const result = await evolve({ task: tasks[task], seed, generations, config })
  const { nodes, connections } = result.champion.toJSON()
  return {
    seed,
    solved: result.solved,
    evaluations: result.evaluations,
    generations: result.generations,
    // The bias unit is written as a hidden node, and is none in the paper's sense.
    hidden: nodes.filter(({ kind }) => kind === 'hidden').length - 1,
    connections: connections.filter(({ enabled }) => enabled !== false).length,
  }
}

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '100' }, json: { type: 'boolean', default: false } },
})
const runs = Number(values.runs)

/** Mean and standard deviation, rounded. */
function spread(numbers: number[], digits = 0): string {
  const mean = numbers.reduce((a, b) => a + b, 0) / numbers.length
  const variance = numbers.reduce((sum, n) => sum + (n - mean) ** 2, 0) / numbers.length
  return `${mean.toFixed(digits)} ± ${Math.sqrt(variance).toFixed(digits)}`
}

const table = new Table({
  head: ['experiment', '', 'evaluations', 'generations', 'hidden', 'connections', 'failures'],
  style: { head: [], border: [] },
})
const report: Record<string, Run[]> = {}
for (const experiment of EXPERIMENTS) {
  const all: Run[] = []
  for (let seed = 1; seed <= runs; seed++) all.push(await run(experiment, seed))
  report[experiment.title] = all
  const solved = all.filter((one) => one.solved)
  const of = (key: 'evaluations' | 'generations' | 'hidden' | 'connections', digits?: number) =>
    solved.length === 0
      ? '-'
      : spread(
          solved.map((one) => one[key]),
          digits,
        )
  const { paper } = experiment
  table.push(
    [
      experiment.title,
      'neatron',
      of('evaluations'),
      of('generations', 1),
      of('hidden', 2),
      of('connections', 2),
      `${runs - solved.length} of ${runs}`,
    ],
    [
      '',
      'paper',
      paper.evaluations,
      paper.generations ?? '-',
      paper.hidden ?? '-',
      '-',
      paper.failures === undefined ? '-' : `${paper.failures} of 100`,
    ],
  )
}
console.log(table.toString())
console.log('Mean and standard deviation over the runs that solved the task.')
if (values.json) console.log(JSON.stringify(report))
