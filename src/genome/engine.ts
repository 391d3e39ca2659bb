import {
  type BoundCall,
  bindNetwork,
  bindNetworkBatch,
  bindRecurrent,
  bindRecurrentBatch,
  compileNetwork,
  compileRecurrent,
  feedForwardBatchAsync,
  feedForwardBatchFunction,
  feedForwardFunction,
  networkByteLength,
  recurrentByteLength,
  recurrentStateSize,
  resetRecurrent,
  stepBatchAsync,
  stepBatchFunction,
  stepFunction,
} from '../native/addon.js'

/** The native functions of one compiled network. Those called often are made on demand. */
export interface Engine {
  /** Bytes of native memory at the moment, states not included. */
  byteLength(): number
  /** Numbers in a state, 0 without one. */
  readonly stateSize: number
  feedForward(): (inputs: Float32Array, outputs: Float32Array) => void
  feedForwardBatch(): (inputs: Float32Array, outputs: Float32Array, rows: number) => void
  feedForwardBatchAsync(
    inputs: Float32Array,
    outputs: Float32Array,
    rows: number,
  ): Promise<Float32Array>
  bind(inputs: Float32Array, outputs: Float32Array): BoundCall
  bindBatch(inputs: Float32Array, outputs: Float32Array, rows: number): BoundCall
  reset(row: number | undefined): void
}

/** Compiles a packed genome whose connections form no cycle. */
export function feedForwardEngine(words: Uint32Array): Engine {
  return engineOf(compileNetwork(words))
}

/** The functions of a network that the addon has compiled. */
export function engineOf(handle: ReturnType<typeof compileNetwork>): Engine {
  return {
    byteLength: () => networkByteLength(handle),
    stateSize: 0,
    feedForward: () => feedForwardFunction(handle),
    feedForwardBatch: () => feedForwardBatchFunction(handle),
    feedForwardBatchAsync: (inputs, outputs, rows) =>
      feedForwardBatchAsync(handle, inputs, outputs, rows),
    bind: (inputs, outputs) => bindNetwork(handle, inputs, outputs),
    bindBatch: (inputs, outputs, rows) => bindNetworkBatch(handle, inputs, outputs, rows),
    reset() {},
  }
}

/** Compiles a packed genome of any graph. */
export function recurrentEngine(words: Uint32Array): Engine {
  const handle = compileRecurrent(words)
  return {
    byteLength: () => recurrentByteLength(handle),
    stateSize: recurrentStateSize(handle),
    feedForward: () => stepFunction(handle),
    feedForwardBatch: () => stepBatchFunction(handle),
    feedForwardBatchAsync: (inputs, outputs, rows) => stepBatchAsync(handle, inputs, outputs, rows),
    bind: (inputs, outputs) => bindRecurrent(handle, inputs, outputs),
    bindBatch: (inputs, outputs, rows) => bindRecurrentBatch(handle, inputs, outputs, rows),
    reset: (row) => resetRecurrent(handle, row),
  }
}
