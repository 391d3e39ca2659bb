import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { NeatronError } from '../errors.js'

/** The Python service, running. */
export interface PythonServer {
  readonly url: string
  /** The Python process, or null where the system does not tell. */
  readonly pid: number | null
  close(): Promise<void>
}

const START = fileURLToPath(new URL('../../services/python/start.js', import.meta.url))
const READY = 'neatron-python serving '

/**
 * Starts the Python service on a free port, taking models from requests. Its first start makes a
 * virtual environment and takes a minute.
 *
 * @throws NeatronError `SERVER_START_FAILED` with what it wrote to stderr
 */
export async function startPythonServer(): Promise<PythonServer> {
  if (!existsSync(START)) {
    throw new NeatronError(
      'SERVER_START_FAILED',
      'the Python service is not in this package; --python needs a clone of the repository',
    )
  }
  // A group of its own: it is Node around Python, and both have to end.
  const child = spawn(process.execPath, [START, '--port', '0', '--allow-load'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const killed = () => signal(child, 'SIGKILL')
  process.once('exit', killed)
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-2000)
  })
  const exited = once(child, 'exit')
  const url = await Promise.race([ready(child), exited.then(() => null)])
  if (url === null) {
    process.removeListener('exit', killed)
    const said = stderr.trim() || 'nothing on stderr'
    throw new NeatronError('SERVER_START_FAILED', `the Python service ended: ${said}`)
  }
  return {
    url,
    pid: firstChild(child.pid!),
    async close() {
      signal(child, 'SIGTERM')
      await exited
      process.removeListener('exit', killed)
    },
  }
}

async function ready(child: ChildProcess): Promise<string> {
  for await (const line of createInterface(child.stdout!)) {
    if (line.startsWith(READY)) {
      child.stdout!.resume()
      return line.slice(READY.length)
    }
  }
  // It has closed its output, and its end is on the way.
  return new Promise(() => {})
}

function signal(child: ChildProcess, name: NodeJS.Signals): void {
  try {
    process.kill(-child.pid!, name)
  } catch {
    // It is gone.
  }
}

function firstChild(pid: number): number | null {
  try {
    const [first] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')
    return first === '' ? null : Number(first)
  } catch {
    return null
  }
}
