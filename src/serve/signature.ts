import type { InferenceSession } from 'onnxruntime-node'
import { HttpError } from './http-error.js'

/** What one input or output of a model holds for each row. */
export interface TensorSpec {
  readonly name: string
  /** The datatype's name in the Open Inference Protocol. */
  readonly datatype: 'FP32' | 'INT64'
  /** Values for each row. */
  readonly width: number
  /** Shape with -1 for the rows: [-1, width], or [-1] for one value a row. */
  readonly shape: readonly number[]
}

/** The inputs and outputs of a model; all have the rows as their first dimension. */
export interface Signature {
  readonly inputs: readonly TensorSpec[]
  readonly outputs: readonly TensorSpec[]
  /** Position among the inputs of the index of the genome that answers a row; -1 without one. */
  readonly genomeInput: number
  /** Position among the inputs of the rows: the first that is neither genome nor state. */
  readonly rowsInput: number
  /** Positions of a recurrent network's state among the inputs and the outputs; -1 without one. */
  readonly stateInput: number
  readonly stateOutput: number
  /** Genomes of a population model, else 1: indices must be below it. */
  readonly populationSize: number
  /** Bytes of a row's inputs and outputs. */
  readonly rowBytes: number
}

/** The values of one input or output, row-major. */
export type TensorData = Float32Array | BigInt64Array

/** Bytes of a value. */
export const BYTES = { FP32: 4, INT64: 8 } as const

const GENOME_INPUT = 'genome'

/**
 * Reads what a session takes and gives. Requests of several clients share a run, so each input
 * and output must be float32 [rows, n] with n fixed, or int64 [rows] for the genome's index.
 *
 * @throws HttpError `MODEL_REFUSED` saying which tensor does not fit.
 */
export function readSignature(
  session: InferenceSession,
  metadata: ReadonlyMap<string, string>,
): Signature {
  const inputs = session.inputMetadata.map((meta) => readSpec(meta, 'input'))
  const outputs = session.outputMetadata.map((meta) => readSpec(meta, 'output'))
  if (!inputs.some((spec) => spec.datatype === 'FP32')) {
    throw new HttpError('MODEL_REFUSED', 'The model has no float32 input [rows, n].')
  }
  const genomeInput = inputs.findIndex((spec) => spec.datatype === 'INT64')
  const size = Number(metadata.get('population_size') ?? 1)
  if (
    genomeInput >= 0 &&
    !(Number.isInteger(size) && size >= 1 && metadata.has('population_size'))
  ) {
    throw new HttpError(
      'MODEL_REFUSED',
      'The model has a genome input but no metadata "population_size", so indices cannot be checked.',
    )
  }
  const populationSize = genomeInput < 0 ? 1 : size
  let rowBytes = 0
  for (const { datatype, width } of [...inputs, ...outputs]) rowBytes += BYTES[datatype] * width
  const { stateInput, stateOutput } = findState(inputs, outputs)
  const rowsInput = inputs.findIndex((_, index) => index !== genomeInput && index !== stateInput)
  return {
    ...{ inputs, outputs, genomeInput, rowsInput, stateInput, stateOutput },
    ...{ populationSize, rowBytes },
  }
}

/** What a recurrent network takes from the step before: an input, and an output of the same width. */
function findState(inputs: readonly TensorSpec[], outputs: readonly TensorSpec[]) {
  const stateInput = inputs.findIndex(({ name }) => name === 'state')
  const stateOutput = outputs.findIndex(
    ({ name, width }) => name === 'state_out' && width === inputs[stateInput]?.width,
  )
  const whole = stateInput >= 0 && stateOutput >= 0 && inputs.length > 1 && outputs.length > 1
  return whole ? { stateInput, stateOutput } : { stateInput: -1, stateOutput: -1 }
}

function readSpec(meta: InferenceSession.ValueMetadata, role: 'input' | 'output'): TensorSpec {
  const found = meta.isTensor ? `${meta.type} [${meta.shape.join(', ')}]` : 'no tensor'
  if (meta.isTensor && typeof meta.shape[0] === 'string') {
    const [, width] = meta.shape
    if (meta.type === 'float32' && meta.shape.length === 2 && typeof width === 'number') {
      return { name: meta.name, datatype: 'FP32', width, shape: [-1, width] }
    }
    if (role === 'input' && meta.type === 'int64' && meta.shape.length === 1) {
      if (meta.name === GENOME_INPUT) {
        return { name: meta.name, datatype: 'INT64', width: 1, shape: [-1] }
      }
    }
  }
  const also = role === 'input' ? `, or int64 [rows] named ${GENOME_INPUT}` : ''
  throw new HttpError(
    'MODEL_REFUSED',
    `The model's ${role} ${JSON.stringify(meta.name)} is ${found}; expected float32 [rows, n]${also}.`,
  )
}
