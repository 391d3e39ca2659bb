/**
 * Puts the server under more load than it can take, on loopback and for a bounded time, and says
 * whether it holds: npm run test:load [-- SECONDS]
 *
 * The load comes from `neatron load` in a process of its own. Capacity is measured first, so the
 * figures are the machine's; run it on a machine that does nothing else.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Client } from 'undici'
import { Genome } from '#src/genome/genome.js'
import type { LoadResult } from '#src/measure/load.js'
import { type ChildServer, startServer } from '#src/serve/child.js'

const SECONDS = Number(process.argv[2] ?? 60)
const QUEUE = 128
const DEADLINE_MS = 100
const IN_FLIGHT = 32

/** Memory may still settle in the first half; after that it must not grow by more. */
const GROWTH = { factor: 1.1, mib: 16 }

const MAIN = 'dist/cli/main.js'

async function load(url: string, ...options: string[]): Promise<LoadResult> {
  const line = [MAIN, 'load', url, '--json', ...options]
  const { stdout } = await promisify(execFile)(process.execPath, line)
  return JSON.parse(stdout.trim().split('\n').at(-1) as string) as LoadResult
}

/** What the server says of itself. */
class Watch {
  readonly memoryMiB: number[] = []
  readonly #client: Client
  #timer: NodeJS.Timeout | undefined

  constructor(url: string) {
    this.#client = new Client(url)
  }

  async metrics(): Promise<string> {
    const { body } = await this.#client.request({ method: 'GET', path: '/metrics' })
    return body.text()
  }

  start(): void {
    this.#timer = setInterval(async () => {
      const text = await this.metrics().catch(() => '')
      const bytes = /process_resident_memory_bytes (\d+)/.exec(text)?.[1]
      if (bytes !== undefined) this.memoryMiB.push(Number(bytes) / 2 ** 20)
    }, 500)
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#client.close()
  }
}

/** The upper bound of the bucket that holds the 99th percentile, in milliseconds. */
function p99Ms(metrics: string, name: string): number {
  const buckets = [
    ...metrics.matchAll(new RegExp(`${name}_bucket\\{le="([^"]+)".*\\} (\\d+)`, 'g')),
  ]
  const total = Number(buckets.at(-1)?.[2])
  const bucket = buckets.find(([, , below]) => Number(below) >= 0.99 * total)
  return bucket?.[1] === '+Inf' ? Number.POSITIVE_INFINITY : Number(bucket?.[1]) * 1000
}

const rejections = (metrics: string): Record<string, number> =>
  Object.fromEntries(
    [...metrics.matchAll(/rejected_requests_total\{code="(\w+)"\} (\d+)/g)].map(
      ([, code, count]) => [code, Number(count)],
    ),
  )

const sum = (counts: Record<string, number>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0)

const failures: string[] = []

function check(holds: boolean, what: string): void {
  console.log(`${holds ? 'ok  ' : 'FAIL'} ${what}`)
  if (!holds) failures.push(what)
}

async function overload(server: ChildServer): Promise<void> {
  const { url } = server
  const watch = new Watch(url)
  const closed = ['--concurrency', String(IN_FLIGHT), '--duration', '5']
  await load(url, ...closed)
  const capacity = (await load(url, ...closed)).requestsPerSecond
  console.log(`capacity: ${capacity.toFixed(0)} requests/s with ${IN_FLIGHT} in flight`)

  const calm = await load(url, '--rate', String(Math.round(0.7 * capacity)), '--duration', '10')
  console.log(
    `at 70 %: p99 ${((calm.requestNs.p99 ?? Number.NaN) / 1e6).toFixed(1)} ms, ${calm.errors} errors`,
  )
  check(calm.errors === 0, 'no error at 70 % of capacity')

  const before = sum(rejections(await watch.metrics()))
  watch.start()
  const rate = String(Math.round(2 * capacity))
  const twice = await load(url, '--rate', rate, '--duration', String(SECONDS))
  const metrics = await watch.metrics()
  const rejected = rejections(metrics)
  console.log(
    `at 200 % for ${SECONDS} s: ${twice.requestsPerSecond.toFixed(0)} answered/s, ${twice.errors} refused, ${twice.shed} not sent by the generator; refusals: ${JSON.stringify(rejected)}`,
  )
  const allowed = new Set(['QUEUE_FULL', 'DEADLINE'])
  check(
    Object.keys(rejected).every((code) => allowed.has(code)),
    'the excess gets 429 or 504, and nothing else',
  )
  check(
    twice.errors === sum(rejected) - before,
    'every request was answered or refused by the server',
  )
  const waited = p99Ms(metrics, 'neatron_queue_duration_seconds')
  check(
    waited <= DEADLINE_MS,
    `accepted requests wait at most ${DEADLINE_MS} ms at p99 (${waited} ms)`,
  )
  checkMemory(watch.memoryMiB)

  const after = (await load(url, ...closed)).requestsPerSecond
  check(after > 0.5 * capacity, `it recovers: ${after.toFixed(0)} requests/s afterwards`)
  await watch.stop()
}

function checkMemory(mib: readonly number[]): void {
  const half = mib.slice(Math.floor(mib.length / 2), Math.floor((mib.length * 3) / 4))
  const last = mib.slice(Math.floor((mib.length * 3) / 4))
  const [before, after] = [Math.max(...half), Math.max(...last)]
  const grown = `${before.toFixed(0)} MiB in the third quarter, ${after.toFixed(0)} in the last`
  check(after <= before * GROWTH.factor + GROWTH.mib, `memory does not grow: ${grown}`)
}

/** Asks until the server is gone; a request that was accepted must be answered whole. */
async function drain(server: ChildServer): Promise<void> {
  const body = JSON.stringify({ inputs: [new Array(8).fill(0.5)] })
  let answered = 0
  let lost = 0
  const clients = Array.from({ length: IN_FLIGHT }, async () => {
    const client = new Client(server.url)
    for (;;) {
      let begun = false
      try {
        const reply = await client.request({ method: 'POST', path: '/infer', body })
        begun = true
        await reply.body.text()
        if (reply.statusCode !== 200) break
        answered += 1
      } catch {
        // Refused, or closed before the answer began: it was not accepted. An answer that broke
        // off was.
        if (begun) lost += 1
        break
      }
    }
    await client.destroy()
  })
  await sleep(1000)
  await server.close()
  await Promise.all(clients)
  const { code } = await server.exited
  check(code === 0, `SIGTERM under load ends it with exit code 0 (${code})`)
  check(lost === 0 && answered > 0, `of ${answered} answers none broke off`)
}

const directory = await mkdtemp(join(tmpdir(), 'neatron-'))
const file = join(directory, 'model.json')
const genome = Genome.random({
  inputs: 8,
  outputs: 4,
  hidden: 20,
  connections: 120,
  activations: ['sigmoid'],
  seed: 1,
})
await writeFile(file, JSON.stringify(genome))
const options = { files: [file], maxQueue: QUEUE, timeoutMs: DEADLINE_MS }
const server = await startServer(options)
try {
  await overload(server)
} finally {
  await server.close()
}
await drain(await startServer(options))
await rm(directory, { recursive: true })
console.log(failures.length === 0 ? '\nIt holds.' : `\n${failures.length} checks failed.`)
process.exitCode = failures.length === 0 ? 0 : 1
