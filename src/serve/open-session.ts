import type { InferenceSession } from 'onnxruntime-node'
import { createSession } from '../onnx/runtime.js'
import { MalformedModel, type ModelFacts, scanModel } from '../onnx/scan.js'
import { HttpError } from './http-error.js'
import { readSignature, type Signature } from './signature.js'

/** A model is refused when it is beyond these; exported populations are far below. */
const LIMITS = { nodes: 100_000, tensors: 100_000 }

/** The standard operators of ONNX and nothing else: custom ones would be code we do not know. */
const STANDARD_DOMAINS = new Set(['', 'ai.onnx', 'ai.onnx.ml'])

/** A session, and what it takes and gives. */
export interface OpenedSession {
  readonly session: InferenceSession
  readonly signature: Signature
}

/**
 * Makes a model's session and reads its signature.
 *
 * @param facts what {@link checkModel} has found, if it was asked already
 * @throws HttpError `MODEL_REFUSED` saying what is wrong with the model.
 */
export async function openSession(
  bytes: Uint8Array,
  facts: ModelFacts = checkModel(bytes),
): Promise<OpenedSession> {
  let session: InferenceSession
  try {
    session = await createSession(bytes)
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ONNX_MISSING') throw error
    throw new HttpError('MODEL_REFUSED', `ONNX Runtime refuses the model: ${firstLine(error)}`)
  }
  try {
    return { session, signature: readSignature(session, facts.metadata) }
  } catch (error) {
    await session.release()
    throw error
  }
}

/**
 * Looks a model through before ONNX Runtime sees it.
 *
 * @throws HttpError `MODEL_REFUSED` saying what is wrong with it.
 */
export function checkModel(bytes: Uint8Array): ModelFacts {
  let facts: ModelFacts
  try {
    facts = scanModel(bytes)
  } catch (error) {
    if (!(error instanceof MalformedModel)) throw error
    throw new HttpError('MODEL_REFUSED', `The bytes are not an ONNX model: ${error.message}.`)
  }
  const foreign = [...facts.domains].filter((domain) => !STANDARD_DOMAINS.has(domain))
  const wrong =
    foreign.length > 0
      ? `uses operators of ${foreign.map((domain) => JSON.stringify(domain)).join(', ')}; only the standard ones are run`
      : facts.externalTensors.length > 0
        ? `keeps tensor ${JSON.stringify(facts.externalTensors[0])} outside the file; all data must be inside`
        : facts.training
          ? 'carries training graphs; export it for inference'
          : facts.nodes > LIMITS.nodes || facts.tensors > LIMITS.tensors
            ? `has ${facts.nodes} nodes and ${facts.tensors} tensors; at most ${LIMITS.nodes} and ${LIMITS.tensors} are run`
            : null
  if (wrong !== null) throw new HttpError('MODEL_REFUSED', `The model ${wrong}.`)
  return facts
}

function firstLine(error: unknown): string {
  return String((error as Error).message ?? error)
    .split('\n')[0]
    .slice(0, 300)
}
