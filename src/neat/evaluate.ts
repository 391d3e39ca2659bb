import { setImmediate as nextMacrotask } from 'node:timers/promises'
import type { Genome } from '../genome/genome.js'
import type { Simulation, Task } from '../tasks/task.js'
import type { Brain } from './brain.js'
import type { Evaluated, EvaluationContext, Evaluator } from './evaluator.js'
import { PURPOSE, Random } from './random.js'

/** Told of each tick; nothing may be printed here, for it is inside the timed region. */
export type TickListener = (tick: Tick) => void

/** One tick of a generation's simulation. The object is reused from tick to tick. */
export interface Tick {
  /** Rows that were answered. */
  rows: number
  /** Nanoseconds in the simulation (`observe` and `act`). */
  simulationNs: number
  /** Nanoseconds in the brain. */
  inferenceNs: number
}

/**
 * Evaluation by the episodes of a task, with inference wherever a brain has it. A generation's
 * episodes have a random stream of their own, so that parts of a generation meet the same starts as
 * the whole.
 */
export class TaskEvaluator implements Evaluator {
  constructor(
    readonly goal: Task,
    readonly brain: Brain,
    readonly onTick?: TickListener,
  ) {}

  async evaluate(
    genomes: readonly Genome[],
    { seed, generation, signal }: EvaluationContext,
  ): Promise<Evaluated | undefined> {
    const { goal, brain } = this
    const began = performance.now()
    const loading = brain.load(genomes)
    if (loading !== undefined) await loading
    const loadMs = performance.now() - began
    const simulation = goal.start(genomes.length, new Random(seed, PURPOSE.episodes, generation))
    const run = await runEpisodes(goal, simulation, brain, signal, this.onTick)
    if (run === undefined) return undefined
    const fitness = new Float64Array(genomes.length)
    simulation.fitness(fitness)
    const candidates = Uint8Array.from(fitness, (value, index) =>
      (simulation.candidate?.(index) ?? value >= goal.targetFitness) ? 1 : 0,
    )
    return { fitness, candidates, ...run, loadMs }
  }
}

/** Longest that evaluation keeps the event loop from timers, signals and sockets. */
const BREATH_MS = 20

/**
 * Runs episodes in lockstep: each tick is one `observe`, one call of the brain for
 * all live rows, one `act`. Waits only for brains that answer with a promise.
 *
 * @returns the ticks and rows that it took, or undefined if the signal was aborted before the end
 */
async function runEpisodes(
  task: Task,
  simulation: Simulation,
  brain: Brain,
  signal?: AbortSignal,
  onTick?: TickListener,
): Promise<{ ticks: number; rows: number } | undefined> {
  const genome = new Uint32Array(simulation.maxRows)
  const inputs = new Float32Array(simulation.maxRows * task.inputs)
  const outputs = new Float32Array(simulation.maxRows * task.outputs)
  const slots = simulation.numbersEpisodes ? new Uint32Array(simulation.maxRows) : undefined
  const tick: Tick = { rows: 0, simulationNs: 0, inferenceNs: 0 }
  let ticks = 0
  let total = 0
  let breathed = performance.now()
  let before = breathed
  for (;;) {
    const rows = simulation.observe(genome, inputs, slots)
    if (rows === 0) return { ticks, rows: total }
    const asked = performance.now()
    const answer = brain.feedForwardRows(genome, inputs, outputs, rows, slots)
    if (answer !== undefined) await answer
    const answered = performance.now()
    simulation.act(outputs)
    const after = performance.now()
    ticks++
    total += rows
    if (onTick !== undefined) {
      tick.rows = rows
      tick.simulationNs = (asked - before + after - answered) * 1e6
      tick.inferenceNs = (answered - asked) * 1e6
      onTick(tick)
    }
    before = onTick === undefined ? after : performance.now()
    if (after - breathed > BREATH_MS) {
      await nextMacrotask()
      before = breathed = performance.now()
    }
    if (signal?.aborted) return undefined
  }
}
