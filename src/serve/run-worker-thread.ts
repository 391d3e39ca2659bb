/**
 * The thread of {@link RunWorker}: runs large runs with sessions of its own, one after the other,
 * while the main thread goes on answering.
 */
import { parentPort } from 'node:worker_threads'
import type { InferenceSession } from 'onnxruntime-node'
import { createSession, loadRuntime } from '../onnx/runtime.js'
import { run } from './run.js'
import type { Signature, TensorData } from './signature.js'

/** What the thread is told. Sessions have numbers; runs are answered in the order they are asked. */
export type WorkerCommand =
  | { readonly kind: 'open'; readonly session: number; readonly model: Uint8Array }
  | { readonly kind: 'close'; readonly session: number }
  | {
      readonly kind: 'run'
      readonly session: number
      readonly signature: Signature
      readonly inputs: readonly TensorData[]
      readonly rows: number
    }

/** What the thread answers to a run. */
export type WorkerAnswer =
  | { readonly outputs: readonly Float32Array[]; readonly inferMs: number }
  | { readonly error: string }

const port = parentPort!
const sessions = new Map<number, Promise<InferenceSession>>()
/** Commands are carried out in their order, whatever they wait for. */
let last: Promise<void> = Promise.resolve()

port.on('message', (command: WorkerCommand) => {
  last = last.then(() => carryOut(command))
})

async function carryOut(command: WorkerCommand): Promise<void> {
  switch (command.kind) {
    case 'open': {
      const session = createSession(command.model)
      // Whoever runs it gets the error.
      session.catch(() => {})
      sessions.set(command.session, session)
      return
    }
    case 'close': {
      const session = sessions.get(command.session)
      sessions.delete(command.session)
      await (await session?.catch(() => undefined))?.release()
      return
    }
    case 'run':
      try {
        const { signature, inputs, rows } = command
        const session = await sessions.get(command.session)!
        const { outputs, inferMs } = await run(
          await loadRuntime(),
          session,
          signature,
          inputs,
          rows,
        )
        const answer: WorkerAnswer = { outputs, inferMs }
        port.postMessage(
          answer,
          outputs.map(({ buffer }) => buffer as ArrayBuffer),
        )
      } catch (error) {
        const answer: WorkerAnswer = { error: String((error as Error).stack ?? error) }
        port.postMessage(answer)
      }
  }
}
