import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface, type Interface } from 'node:readline'

/** Where the main threads of a client and its server run. */
export interface Cores {
  readonly client: number
  readonly server: number
}

/**
 * Keeps the main threads of client and server on a core each while remote calls are measured. Left
 * to itself the scheduler moves between two placements, both on one core or each on its own, and
 * the median of a single call then jumps by a third from one second to the next. With a network
 * between them they would not share a core, so each gets its own. All other threads stay free.
 */
export class Placement {
  #client: 'kept' | 'free' = 'free'

  private constructor(
    readonly cores: Cores,
    private readonly allowed: string,
    private readonly shell: ChildProcess,
    private readonly answers: Interface,
  ) {}

  /** Null where there are fewer than two cores, or no `taskset` to place a thread with. */
  static async open(): Promise<Placement | null> {
    const allowed = allowedCores()
    const [client, server] = allowed?.list ?? []
    if (allowed === null || server === undefined) return null
    // One shell for all: to start a program from this large process takes milliseconds each time.
    const shell = spawn('sh', [], { stdio: ['pipe', 'pipe', 'ignore'] })
    const answers = createInterface(shell.stdout!)
    const placement = new Placement({ client, server }, allowed.text, shell, answers)
    if (await placement.#place(process.pid, allowed.text)) return placement
    placement.close()
    return null
  }

  /** Keeps the main thread of a server's process on the server's core. */
  async keepServer(pid: number): Promise<void> {
    await this.#place(pid, String(this.cores.server))
  }

  /** Lets the main thread of a server's process go where it likes. */
  async freeServer(pid: number): Promise<void> {
    await this.#place(pid, this.allowed)
  }

  /** Keeps our main thread on the client's core, or lets it go where it likes. */
  async client(state: 'kept' | 'free'): Promise<void> {
    if (state === this.#client) return
    this.#client = state
    await this.#place(process.pid, state === 'kept' ? String(this.cores.client) : this.allowed)
  }

  close(): void {
    this.shell.stdin!.end()
  }

  async #place(pid: number, cores: string): Promise<boolean> {
    this.shell.stdin!.write(`taskset -p -c ${cores} ${pid} >&2; echo $?\n`)
    const [answer] = await once(this.answers, 'line')
    return answer === '0'
  }
}

/** The cores that this process may use, as a list and as the kernel writes it; null without /proc. */
function allowedCores(): { list: number[]; text: string } | null {
  try {
    const status = readFileSync('/proc/self/status', 'utf8')
    const text = /^Cpus_allowed_list:\s+(\S+)$/m.exec(status)?.[1] ?? ''
    const list = text.split(',').flatMap((range) => {
      const [from, to = from] = range.split('-').map(Number)
      return Array.from({ length: to - from + 1 }, (_, i) => from + i)
    })
    return { list, text }
  } catch {
    return null
  }
}
