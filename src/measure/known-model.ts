import { NeatronError } from '../errors.js'
import { HttpError } from '../serve/http-error.js'
import { openSession } from '../serve/open-session.js'
import type { Signature } from '../serve/signature.js'
import type { KnownModel } from './trace.js'

/**
 * Learns what rows of an ONNX model look like.
 *
 * @param file named in errors
 * @throws NeatronError `MODEL_REFUSED` when it is no model, or has other tensors than `inputs`, `outputs`
 *   and, for a population, `genome`
 */
export async function openKnownModel(bytes: Uint8Array, file: string): Promise<KnownModel> {
  const { inputs, outputs, genomeInput, populationSize } = await signatureOf(bytes, file)
  const rows = inputs.find(({ datatype }) => datatype === 'FP32')
  const names = [...inputs, ...outputs].map(({ name }) => name).filter((name) => name !== 'genome')
  if (!rows || names.join() !== 'inputs,outputs') {
    throw new NeatronError(
      'MODEL_REFUSED',
      `${file} has the tensors ${names.join(', ')}; the benchmark asks models with one input named inputs and one output named outputs.`,
    )
  }
  return {
    bytes,
    inputSize: rows.width,
    outputSize: outputs[0].width,
    populationSize: genomeInput < 0 ? null : populationSize,
  }
}

async function signatureOf(bytes: Uint8Array, file: string): Promise<Signature> {
  try {
    const { signature, session } = await openSession(bytes)
    await session.release()
    return signature
  } catch (cause) {
    if (!(cause instanceof HttpError)) throw cause
    throw new NeatronError('MODEL_REFUSED', `${file} cannot be run: ${cause.message}`, { cause })
  }
}
