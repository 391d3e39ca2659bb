import type { InferenceSession } from 'onnxruntime-node'
import { NeatronError } from '../errors.js'

/** The module of ONNX Runtime. */
export type OnnxRuntime = typeof import('onnxruntime-node')

/** The line that installs ONNX Runtime without its GPU download. */
const INSTALL_LINE = 'ONNXRUNTIME_NODE_INSTALL=skip npm i onnxruntime-node'

let runtime: Promise<OnnxRuntime> | undefined

/**
 * Loads ONNX Runtime when it is first needed: it is large, and only exported models need it.
 *
 * @throws NeatronError `ONNX_MISSING` with the line that installs it.
 */
export function loadRuntime(): Promise<OnnxRuntime> {
  runtime ??= import('onnxruntime-node').then(
    // It is CommonJS, and Node does not find all of its names.
    (module) => (module as OnnxRuntime & { default?: OnnxRuntime }).default ?? module,
    (cause: Error) => {
      runtime = undefined
      throw new NeatronError(
        'ONNX_MISSING',
        `ONNX Runtime cannot be loaded (${cause.message.split('\n')[0]}). Install it with: ${INSTALL_LINE}`,
        { cause },
      )
    },
  )
  return runtime
}

/** The version of ONNX Runtime, as it reports it. */
export async function runtimeVersion(): Promise<string> {
  const { env } = await loadRuntime()
  return env.versions.node ?? env.versions.common
}

/**
 * Makes a session of a model.
 *
 * One thread: networks of NEAT are so small that handing work to a second thread costs more than
 * it saves.
 */
export async function createSession(model: Uint8Array): Promise<InferenceSession> {
  const { InferenceSession } = await loadRuntime()
  return InferenceSession.create(model, SESSION_OPTIONS)
}

const SESSION_OPTIONS: InferenceSession.SessionOptions = {
  // The levels above find nothing to fuse in exported models (same times measured), and take two
  // thirds of the time to load one.
  graphOptimizationLevel: 'basic',
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  logSeverityLevel: 3,
}
