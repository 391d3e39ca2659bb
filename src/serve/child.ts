import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { NeatronError } from '../errors.js'
import type { ServerOptions } from './options.js'

/** Options of a server in a process of its own: models come as files, or over HTTP later. */
export interface ChildServerOptions extends Omit<ServerOptions, 'models' | 'log' | 'logRequests'> {
  /** Model or genome files to serve from the start, named by their file names. */
  readonly files?: readonly string[]
}

/** A server in a process of its own. */
export interface ChildServer {
  readonly url: string
  readonly pid: number
  readonly token: string | undefined
  /** Lets it answer what it has accepted, and resolves when it is gone. */
  close(): Promise<void>
  /** Resolves when the process is gone, for whatever reason. */
  readonly exited: Promise<ChildExit>
}

/** How a server's process ended. */
export interface ChildExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** The last lines it wrote to stderr. */
  readonly stderr: string
}

/** What `neatron serve` prints when it is ready, before the URL. */
export const READY = 'neatron serving '

const FLAGS = {
  host: '--host',
  socket: '--socket',
  maxBatch: '--max-batch',
  maxQueue: '--max-queue',
  maxQueueDelayUs: '--max-queue-delay-us',
  stayAwakeUs: '--stay-awake-us',
  maxBodyMb: '--max-body-mb',
  maxQueueMb: '--max-queue-mb',
  timeoutMs: '--timeout-ms',
  receiveTimeoutMs: '--receive-timeout-ms',
  maxSessionMb: '--max-session-mb',
} as const

const STDERR_KEPT = 4096
const START_TIMEOUT_MS = 30_000
const CLOSE_TIMEOUT_MS = 10_000

/**
 * Starts `neatron serve` as a child process and waits until it is ready. It stands in a process
 * group of its own, so Ctrl-C reaches only this process, and it stops when this process ends.
 *
 * @throws NeatronError `SERVER_START_FAILED` with what it wrote to stderr, when it does not come up.
 */
export async function startServer(options: ChildServerOptions = {}): Promise<ChildServer> {
  const child = spawn(process.execPath, [MAIN, ...commandLine(options)], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    // Not on the command line, where every user of the machine could read it. Without one the
    // child must not take ours for its own: it may be meant for another server.
    env: { ...process.env, NEATRON_TOKEN: options.token },
  })
  const exited = watch(child)
  const started = new AbortController()
  const url = await Promise.race([
    ready(child),
    failed(exited),
    late(child, started.signal),
  ]).finally(() => started.abort())
  // A server must not keep its parent alive; the pipe that closes with the parent ends it.
  child.unref()
  const close = async (): Promise<void> => {
    child.ref()
    child.kill('SIGTERM')
    const force = setTimeout(() => child.kill('SIGKILL'), CLOSE_TIMEOUT_MS)
    await exited
    clearTimeout(force)
  }
  return { url, pid: child.pid as number, token: options.token, close, exited }
}

const MAIN = fileURLToPath(new URL('../cli/main.js', import.meta.url))

function commandLine(options: ChildServerOptions): string[] {
  const line = ['serve', '--port', String(options.port ?? 0), '--until-stdin-closes']
  for (const [name, flag] of Object.entries(FLAGS)) {
    const value = options[name as keyof typeof FLAGS]
    if (value !== undefined) line.push(flag, String(value))
  }
  if (options.allowLoad) line.push('--allow-load')
  if (options.batching === false) line.push('--no-batching')
  return [...line, ...(options.files ?? [])]
}

/** Resolves with the URL that the child prints when it is ready. */
async function ready(child: ChildProcess): Promise<string> {
  for await (const line of createInterface(child.stdout as NodeJS.ReadableStream)) {
    if (line.startsWith(READY)) {
      child.stdout?.resume()
      return line.slice(READY.length)
    }
  }
  return new Promise(() => {})
}

async function watch(child: ChildProcess): Promise<ChildExit> {
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_KEPT)
  })
  // The pipes are no reason for this process to stay alive.
  for (const pipe of [child.stdin, child.stdout, child.stderr]) {
    ;(pipe as { unref?: () => void } | null)?.unref?.()
    pipe?.on('error', () => {})
  }
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
    return { code, signal, stderr }
  } catch (error) {
    return { code: null, signal: null, stderr: (error as Error).message }
  }
}

async function failed(exited: Promise<ChildExit>): Promise<never> {
  const { code, signal, stderr } = await exited
  const how = signal === null ? `exit code ${code}` : `signal ${signal}`
  const said = stderr.trim() || 'nothing on stderr'
  throw new NeatronError('SERVER_START_FAILED', `The inference server ended (${how}): ${said}`)
}

/** Never settles once `started` is aborted, or it would kill a server long at work. */
async function late(child: ChildProcess, started: AbortSignal): Promise<never> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, START_TIMEOUT_MS).unref()
    started.addEventListener('abort', () => clearTimeout(timer))
  })
  child.kill('SIGKILL')
  const message = `The inference server was not ready after ${START_TIMEOUT_MS / 1000} s. Is the machine overloaded?`
  throw new NeatronError('SERVER_START_FAILED', message)
}
