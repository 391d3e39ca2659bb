import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ExecutionContext } from 'ava'

const MAIN = fileURLToPath(import.meta.resolve('#src/cli/main.js'))

/** What a command printed, and how it ended. */
export interface Ended {
  stdout: string
  stderr: string
  code: number | null
}

/** A command under way. */
export interface Running {
  child: ChildProcess
  ended: Promise<Ended>
  /** Fulfils with the first match when stdout has one. */
  printed(pattern: RegExp): Promise<string>
}

/** Starts the command line as a process of its own. */
export function start(args: string[], stdin?: string): Running {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdin.end(stdin)
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    stderr += chunk
  })
  const ended = once(child, 'close').then(([code]) => ({ stdout, stderr, code: code as number }))
  const printed = async (pattern: RegExp) => {
    for (;;) {
      const match = pattern.exec(stdout)
      if (match) return match[0]
      const closed = await Promise.race([
        once(child.stdout, 'data').then(() => false),
        ended.then(() => true),
      ])
      if (closed && !pattern.test(stdout)) {
        throw new Error(`ended before printing ${pattern}:\n${stdout}\n${stderr}`)
      }
    }
  }
  return { child, ended, printed }
}

/** Runs the command line to its end. */
export function cli(args: string[], stdin?: string): Promise<Ended> {
  return start(args, stdin).ended
}

/** A folder that is removed after the test. */
export async function scratch(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'neatron-test-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  return folder
}
