/**
 * Offers load to one address and counts what comes of it, in a process of its own: its plan comes
 * as JSON on standard input, its account goes to standard output.
 *
 * Requests are bytes made beforehand, one in flight on each connection; in an open loop a request
 * that is due finds a free connection or opens one, so a slow server cannot slow it down. How late
 * it sends is its lag: while that is small, the latencies are the server's.
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { Random } from '#src/neat/random.js'
import type { Account, Plan } from './plan.js'

const plan = JSON.parse(await text(process.stdin)) as Plan
const requests = plan.requests.map((base64) => Buffer.from(base64, 'base64'))

/** Connections beyond this are not opened; what is due then is not sent, and counted so. */
const MOST_CONNECTIONS = 2000

/** Unanswered requests are given up on after the last was sent and this time has passed. */
const LAST_ANSWER_MS = 5000

const accepted: number[] = []
const refused: number[] = []
const lags: number[] = []
const statuses: Record<string, number> = {}
let sent = 0
let notSent = 0
let broken = 0
let open = 0
let inFlight = 0
let next = 0
let onFree: (() => void) | undefined
const free: Connection[] = []

/** One kept-alive connection. */
class Connection {
  readonly #socket: Socket
  #due = 0
  #busy = false
  #received: Buffer | undefined

  constructor() {
    open += 1
    this.#socket = connect(plan.port, plan.host)
    this.#socket.setNoDelay(true)
    this.#socket.on('data', (chunk) => this.#receive(chunk))
    this.#socket.on('error', () => {})
    this.#socket.on('close', () => this.#gone())
  }

  send(due: number): void {
    this.#due = due
    this.#busy = true
    inFlight += 1
    sent += 1
    this.#socket.write(requests[next])
    next = (next + 1) % requests.length
  }

  destroy(): void {
    this.#socket.destroy()
  }

  #receive(chunk: Buffer): void {
    const received = this.#received ? Buffer.concat([this.#received, chunk]) : chunk
    this.#received = received
    const head = received.indexOf('\r\n\r\n')
    if (head < 0) return
    const length = /\r\ncontent-length: *(\d+)/i.exec(received.toString('latin1', 0, head))?.[1]
    if (received.length < head + 4 + Number(length)) return
    this.#received = undefined
    const status = received.toString('latin1', 9, 12)
    statuses[status] = (statuses[status] ?? 0) + 1
    const list = status === '200' ? accepted : refused
    list.push(performance.now() - this.#due)
    this.#busy = false
    inFlight -= 1
    free.push(this)
    onFree?.()
  }

  #gone(): void {
    open -= 1
    if (this.#busy) {
      inFlight -= 1
      broken += 1
    }
    this.#busy = false
    const index = free.indexOf(this)
    if (index >= 0) free.splice(index, 1)
    onFree?.()
  }
}

/** A server that is gone refuses at once; to try it thousands of times a second tells no more. */
const lost = () => broken > 0 && free.length === 0 && inFlight === 0

async function openLoop(rate: number): Promise<void> {
  const random = new Random(plan.seed)
  const start = performance.now()
  const end = start + plan.seconds * 1000
  let due = start
  while (due < end && !lost()) {
    const now = performance.now()
    while (due <= now && due < end) {
      const connection = free.pop() ?? (open < MOST_CONNECTIONS ? new Connection() : undefined)
      if (connection === undefined) notSent += 1
      else {
        lags.push(performance.now() - due)
        connection.send(due)
      }
      due += (-Math.log(1 - random.next()) * 1000) / rate
    }
    await sleep(1)
  }
}

async function closedLoop(concurrency: number): Promise<void> {
  const end = performance.now() + plan.seconds * 1000
  for (let count = 0; count < concurrency; count += 1) new Connection().send(performance.now())
  onFree = () => {
    if (performance.now() < end) free.pop()?.send(performance.now())
  }
  await sleep(plan.seconds * 1000)
}

function quantile(values: number[], q: number): number | null {
  if (values.length === 0) return null
  return values[Math.min(values.length - 1, Math.floor(q * values.length))]
}

const began = performance.now()
const cpu = process.cpuUsage()
if (plan.rate === undefined) await closedLoop(plan.concurrency)
else await openLoop(plan.rate)
const seconds = (performance.now() - began) / 1000
const { user, system } = process.cpuUsage(cpu)
const patience = performance.now() + LAST_ANSWER_MS
while (inFlight > 0 && performance.now() < patience) await sleep(5)
for (const list of [accepted, refused, lags]) list.sort((a, b) => a - b)
const account: Account = {
  seconds,
  offered: sent + notSent,
  sent,
  notSent,
  statuses,
  broken,
  unanswered: inFlight,
  connections: open,
  acceptedMs: { p50: quantile(accepted, 0.5), p99: quantile(accepted, 0.99) },
  refusedMs: { p50: quantile(refused, 0.5), p99: quantile(refused, 0.99) },
  lagMs: { p50: quantile(lags, 0.5), p99: quantile(lags, 0.99), max: lags.at(-1) ?? null },
  cpu: (user + system) / 1e6 / seconds,
}
const written = once(process.stdout, 'drain')
if (!process.stdout.write(JSON.stringify(account))) await written
process.exit()
