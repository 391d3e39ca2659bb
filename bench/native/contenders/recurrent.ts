/**
 * Recurrent networks: every native path, and what one would write instead. The libraries are not
 * here: they update one node after the other, where these networks step all at once.
 */
import type { Genome } from '#src/genome/genome.js'
import { Population } from '#src/genome/population.js'
import { planRecurrent } from '#src/native/addon.js'
import type { Contender, MakeContenders } from '../contender.js'
import { generatedRow } from './generated.js'
import { type RowFunction, typescriptRow } from './typescript.js'

/** A step of one row: from inputs at i, and the row's state, to outputs at o. */
export type StepFunction = RowFunction & { restart(): void }

/** `row` computes the next state from inputs and state; a state for each of `rows` rows. */
export function stepper(row: RowFunction, genome: Genome, width: number): StepFunction {
  const { inputSize, outputSize } = genome
  const joined = new Float32Array(inputSize + width)
  const state = joined.subarray(inputSize)
  const next = new Float32Array(width)
  const step: RowFunction = (inputs, i, outputs, o) => {
    for (let input = 0; input < inputSize; input++) joined[input] = inputs[i + input]
    row(joined, 0, next, 0)
    state.set(next)
    for (let output = 0; output < outputSize; output++) outputs[o + output] = next[output]
  }
  return Object.assign(step, { restart: () => void state.fill(0) })
}

/** One network in JavaScript for each row, since each has a state. */
function inJavaScript(
  name: string,
  make: typeof typescriptRow,
  { genome, inputs }: Parameters<MakeContenders>[0],
  rows: number,
): Contender {
  const plan = planRecurrent(genome.words, 0)
  const row = make(plan)
  const steps = Array.from({ length: rows }, () => stepper(row, genome, plan.outputSlots.length))
  const outputs = new Float32Array(rows * genome.outputSize)
  return {
    name,
    run() {
      for (let r = 0; r < rows; r++) {
        steps[r](inputs, r * genome.inputSize, outputs, r * genome.outputSize)
      }
    },
    outputs,
    restart() {
      for (const step of steps) step.restart()
    },
  }
}

export const recurrent: MakeContenders = (measured, rows) => {
  const { genome, inputs } = measured
  const peers = [
    inJavaScript('TypeScript', typescriptRow, measured, rows),
    inJavaScript('generated JavaScript', generatedRow, measured, rows),
  ]
  const native = (name: string, runOn: (outputs: Float32Array) => Omit<Contender, 'name'>) => {
    const outputs = new Float32Array(rows * genome.outputSize)
    return { name, outputs, ...runOn(outputs) }
  }
  const network = genome.compile()
  if (rows === 1) {
    const row = inputs.slice(0, genome.inputSize)
    const restart = () => network.reset()
    return [
      native('bind', (outputs) => ({ run: network.bind(row, outputs), restart })),
      native('network.feedForward', (outputs) => ({
        run: () => network.feedForward(row, outputs),
        restart,
      })),
      ...peers,
    ]
  }
  const population = Population.compile([genome])
  const [indices, slots] = [new Uint32Array(rows), Uint32Array.from({ length: rows }, (_, r) => r)]
  return [
    native('feedForwardBatch', (outputs) => ({
      run: () => network.feedForwardBatch(inputs, outputs, rows),
      restart: () => network.reset(),
    })),
    native('feedForwardBatchAsync', (outputs) => ({
      run: () => network.feedForwardBatchAsync(inputs, outputs, rows),
      restart: () => network.reset(),
    })),
    native('feedForwardRows', (outputs) => ({
      run: () => population.feedForwardRows(indices, inputs, outputs, rows, slots),
      restart: () => population.reset(),
    })),
    ...peers,
  ]
}
