import {
  type BoundCall,
  bindPopulation,
  bindRecurrentPopulation,
  compilePopulation,
  compileRecurrentPopulation,
  disposePopulation,
  disposeRecurrentPopulation,
  feedForwardRowsFunction,
  populationByteLength,
  recurrentPopulationByteLength,
  recurrentPopulationStateSize,
  resetRecurrentPopulation,
  stepRowsFunction,
} from '../native/addon.js'

/** The native functions of one compiled population. */
export interface PopulationEngine {
  /** Numbers in a state, 0 without one. */
  readonly stateSize: number
  /** Bytes of native memory at the moment, states not included. */
  byteLength(): number
  feedForwardRows(): (
    genome: Uint32Array,
    inputs: Float32Array,
    outputs: Float32Array,
    rows: number,
    slots?: Uint32Array,
  ) => void
  bind(inputs: Float32Array, outputs: Float32Array): BoundCall
  reset(slot: number | undefined): void
  dispose(): void
}

/** Compiles packed genomes whose connections form no cycle. */
export function feedForwardPopulation(words: Uint32Array, offsets: Uint32Array): PopulationEngine {
  const handle = compilePopulation(words, offsets)
  return {
    stateSize: 0,
    byteLength: () => populationByteLength(handle),
    feedForwardRows: () => feedForwardRowsFunction(handle),
    bind: (inputs, outputs) => bindPopulation(handle, inputs, outputs),
    reset() {},
    dispose: () => disposePopulation(handle),
  }
}

/** Compiles packed genomes of any graph. */
export function recurrentPopulation(words: Uint32Array, offsets: Uint32Array): PopulationEngine {
  const handle = compileRecurrentPopulation(words, offsets)
  return {
    stateSize: recurrentPopulationStateSize(handle),
    byteLength: () => recurrentPopulationByteLength(handle),
    feedForwardRows: () => stepRowsFunction(handle),
    bind: (inputs, outputs) => bindRecurrentPopulation(handle, inputs, outputs),
    reset: (slot) => resetRecurrentPopulation(handle, slot),
    dispose: () => disposeRecurrentPopulation(handle),
  }
}
