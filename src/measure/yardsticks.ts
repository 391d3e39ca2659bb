import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { InferProtocol } from '../brain/infer-protocol.js'
import type { ClockCost } from './clock.js'
import { BlockContender } from './contenders/blocks.js'
import { batchesOf, HttpContender } from './contenders/http.js'
import type { Trace } from './trace.js'

const ECHO_SERVER = fileURLToPath(new URL('./echo-server.js', import.meta.url))

/** An echo: a bare HTTP server in a process of its own, that answers every request with one row. */
export class Echo {
  #child: ChildProcess | undefined
  #port = 0

  private constructor(private readonly reply: string) {}

  /** Starts an echo whose row has `outputs` numbers. */
  static async start(outputs: number): Promise<Echo> {
    // As many digits as an inference server writes.
    const echo = new Echo(JSON.stringify({ outputs: [new Array(outputs).fill(0.123456789)] }))
    await echo.#start()
    return echo
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  get pid(): number {
    return this.#child!.pid!
  }

  /** Another process at the same address. */
  async restart(): Promise<void> {
    await this.close()
    await this.#start()
  }

  async close(): Promise<void> {
    const exited = once(this.#child!, 'exit')
    this.#child!.stdin!.end()
    await exited
  }

  async #start(): Promise<void> {
    const child = spawn(process.execPath, [ECHO_SERVER, this.reply, String(this.#port)], {
      stdio: ['pipe', 'pipe', 'inherit'],
      detached: true,
    })
    const [port] = await once(child.stdout, 'data')
    this.#port = Number(String(port))
    this.#child = child
  }
}

/** What an HTTP exchange costs by itself: the same bytes, with nothing computed for them. */
export function echoYardstick({ url }: Echo, { inputs, inputSize, outputSize }: Trace) {
  return new HttpContender(
    {
      name: 'echo',
      label: 'HTTP echo',
      mode: 'single',
      workload: 'champion',
      server: 'echo',
      protocol: 'json',
      rowsPerCall: 1,
      inFlight: 1,
    },
    { url, model: 'echo', outputSize, population: false },
    new InferProtocol(url),
    batchesOf(inputs, inputSize, 1),
  )
}

/** Steps of the arithmetic yardstick in a call: some microseconds. */
const STEPS = 2000

/** Arithmetic that depends on each step before it: how fast a core is, and nothing else. */
export function arithmeticYardstick(clock: ClockCost): BlockContender {
  const step = (count: number): number => {
    let x = 0.5
    for (let n = 0; n < count * STEPS; n++) x = 3.9 * x * (1 - x)
    return x
  }
  return new BlockContender(
    {
      name: 'arithmetic',
      label: 'arithmetic',
      mode: 'in process',
      workload: 'champion',
      rowsPerCall: 1,
    },
    { calls: step, answer: () => new Float32Array(), traceRows: 0 },
    clock,
  )
}
