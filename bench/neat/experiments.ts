import type { Config } from 'neatron'

/** Many runs of one task with one configuration. */
export interface Experiment {
  /** What `--experiment` calls it. */
  readonly name: string
  readonly title: string
  readonly task: string
  /** Runs by default. */
  readonly runs: number
  /** Generations after which a run counts as failed. */
  readonly generations: number
  /** Parameters other than the task's own. */
  readonly config?: Partial<Config>
  /** Seconds that a run took on one core of the machine this was written on: for the forecast. */
  readonly secondsPerRun: number
  /** What the paper reports. */
  readonly paper?: Published
}

/** Means of the paper's runs; `failures` as it says them. */
export interface Published {
  readonly evaluations: number
  readonly generations?: number
  readonly hidden?: number
  readonly generalisation?: number
  readonly failures?: string
}

const XOR: Published = { evaluations: 4755, generations: 32, hidden: 2.35, failures: '0 of 100' }

/** Stanley and Miikkulainen (2002): section 4.1, table 1 and table 2. */
export const EXPERIMENTS: readonly Experiment[] = [
  {
    name: 'xor',
    title: "XOR, the paper's parameters",
    task: 'xor',
    runs: 100,
    generations: 200,
    config: { addConnection: 0.05, weightRange: 4 },
    secondsPerRun: 0.03,
    paper: XOR,
  },
  {
    name: 'xor-task',
    title: "XOR, the task's parameters",
    task: 'xor',
    runs: 100,
    generations: 200,
    secondsPerRun: 0.02,
    paper: XOR,
  },
  {
    name: 'dpv',
    title: 'double pole, velocities (DPV)',
    task: 'double-pole',
    runs: 100,
    generations: 1000,
    secondsPerRun: 0.4,
    paper: { evaluations: 3600, generations: 24, failures: '0' },
  },
  {
    name: 'dpnv',
    title: 'double pole, no velocities (DPNV)',
    task: 'double-pole-without-velocities',
    runs: 20,
    generations: 200,
    secondsPerRun: 4,
    paper: { evaluations: 33_184, generalisation: 286, failures: '0 of 20' },
  },
]

const DPV = { task: 'double-pole', runs: 20, generations: 500 }

/**
 * NEAT without one of its parts, on DPV: table 3 of the paper. Its networks without growth had ten
 * hidden nodes from the start; these have none, which is all that a linear controller needs.
 */
export const ABLATIONS: readonly Experiment[] = [
  { name: 'whole', title: 'whole', ...DPV, secondsPerRun: 0.4, paper: { evaluations: 3600 } },
  {
    name: 'no-speciation',
    title: 'without speciation',
    ...DPV,
    config: { compatibilityThreshold: 1e9, targetSpecies: 0 },
    secondsPerRun: 0.4,
    paper: { evaluations: 25_600, failures: '25 %' },
  },
  {
    name: 'no-mating',
    title: 'without mating',
    ...DPV,
    config: { mutationOnly: 1 },
    secondsPerRun: 1,
    paper: { evaluations: 5557, failures: '0' },
  },
  {
    name: 'no-growth',
    title: 'without growth',
    ...DPV,
    config: { addNode: 0, addConnection: 0 },
    secondsPerRun: 1,
    paper: { evaluations: 30_239, failures: '80 %' },
  },
]

/** The tasks as they come, with their own parameters, and how long they may try. */
export const TASKS: readonly Experiment[] = [
  ['cart-pole', 50, 0.1],
  ['double-pole', 200, 0.4],
  ['double-pole-without-velocities', 200, 4],
  ['skirmish', 100, 15],
  ['xor', 100, 0.02],
  ['parity-3', 200, 0.1],
  ['parity-4', 200, 0.2],
  ['multiplexer-6', 500, 4],
  ['multiplexer-11', 300, 60],
].map(([name, generations, secondsPerRun]) => ({
  name: name as string,
  title: name as string,
  task: name as string,
  runs: 20,
  generations: generations as number,
  secondsPerRun: secondsPerRun as number,
}))
