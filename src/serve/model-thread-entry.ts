/**
 * The thread of {@link ModelThread}: reads and opens large models and runs what is large, one after
 * the other, while the main thread goes on answering.
 */
import { parentPort } from 'node:worker_threads'
import { loadRuntime } from '../onnx/runtime.js'
import { HttpError, type HttpErrorCode } from './http-error.js'
import { type LoadRequest, readLoad } from './load-request.js'
import { type OpenedSession, openSession } from './open-session.js'
import { run } from './run.js'
import type { Signature, TensorData } from './signature.js'

/** What the thread is told, and answers in the same order. Sessions have numbers. */
export type ThreadCommand =
  | { readonly kind: 'read'; readonly body: readonly Uint8Array[] }
  | { readonly kind: 'open'; readonly session: number; readonly model: Uint8Array }
  | { readonly kind: 'close'; readonly session: number }
  | {
      readonly kind: 'run'
      readonly session: number
      readonly inputs: readonly TensorData[]
      readonly rows: number
    }

/** What comes of each command. */
export interface ThreadResults {
  readonly read: LoadRequest
  readonly open: Signature
  readonly close: undefined
  readonly run: { readonly outputs: readonly Float32Array[]; readonly inferMs: number }
}

/** The answer to a command. Errors have a code if they are for the client. */
export type ThreadAnswer =
  | { readonly result: ThreadResults[keyof ThreadResults] }
  | { readonly error: string; readonly code?: HttpErrorCode }

const port = parentPort!
const sessions = new Map<number, OpenedSession>()
/** Commands are carried out in their order, whatever they wait for. */
let last: Promise<void> = Promise.resolve()

port.on('message', (command: ThreadCommand) => {
  last = last.then(() => answer(command))
})

async function answer(command: ThreadCommand): Promise<void> {
  try {
    const result = await carryOut(command)
    // A model's bytes are handed over; all else is short.
    const handed = command.kind === 'read' ? [(result as LoadRequest).bytes.buffer] : []
    port.postMessage({ result } satisfies ThreadAnswer, handed as ArrayBuffer[])
  } catch (error) {
    const answer: ThreadAnswer =
      error instanceof HttpError
        ? { error: error.message, code: error.code }
        : { error: String((error as Error).stack ?? error) }
    port.postMessage(answer)
  }
}

async function carryOut(command: ThreadCommand): Promise<ThreadResults[keyof ThreadResults]> {
  switch (command.kind) {
    case 'read': {
      const request = readLoad(Buffer.concat(command.body))
      // Those of a small buffer are part of a larger one.
      return { ...request, bytes: Uint8Array.from(request.bytes) }
    }
    case 'open': {
      const opened = await openSession(command.model)
      sessions.set(command.session, opened)
      return opened.signature
    }
    case 'close': {
      const opened = sessions.get(command.session)
      sessions.delete(command.session)
      await opened?.session.release()
      return
    }
    case 'run': {
      const opened = sessions.get(command.session)
      if (opened === undefined) throw new Error('The session could not be opened.')
      const { session, signature } = opened
      const { inputs, rows } = command
      const { outputs, inferMs } = await run(await loadRuntime(), session, signature, inputs, rows)
      return { outputs, inferMs }
    }
  }
}
