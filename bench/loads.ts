/**
 * What loading costs, and whom it holds up: what it takes to read and to open models of many kinds,
 * and how long requests for a small model wait while a server loads or reopens a large one.
 *
 *     npm run bench:loads -- [--rounds 5]
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import Table from 'cli-table3'
import { request } from 'undici'
import { Genome } from '#src/genome/genome.js'
import { median } from '#src/measure/statistics.js'
import { exportOnnx, type Rounding } from '#src/onnx/export.js'
import { scanModel } from '#src/onnx/scan.js'
import { startServer } from '#src/serve/child.js'
import { LARGE_BYTES, LARGE_NODES } from '#src/serve/large.js'
import { readLoad } from '#src/serve/load-request.js'
import { ModelThread } from '#src/serve/model-thread.js'
import { openSession } from '#src/serve/open-session.js'
import { readRows } from '#src/serve/rows.js'
import { SessionCache } from '#src/serve/session-cache.js'

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } })
const rounds = Number(values.rounds)

const fileOf = (name: string) => fileURLToPath(new URL(`genomes/${name}.json`, import.meta.url))
const genome = (name: string) => Genome.fromJSON(JSON.parse(readFileSync(fileOf(name), 'utf8')))
const population = (count: number, hidden: number) =>
  Array.from({ length: count }, (_, seed) => Genome.random({ inputs: 8, outputs: 4, hidden, seed }))

const SMALL = '120-layered'
const KINDS: readonly [name: string, of: Genome | readonly Genome[], rounding: Rounding][] = [
  [SMALL, genome(SMALL), 'standard'],
  ['120-irregular', genome('120-irregular'), 'standard'],
  ['120-irregular, native', genome('120-irregular'), 'native'],
  ['600-irregular, native', genome('600-irregular'), 'native'],
  ['4000-irregular, native', genome('4000-irregular'), 'native'],
  ['population of 150', population(150, 20), 'standard'],
  ['population of 1000', population(1000, 20), 'standard'],
]

interface Kind {
  readonly name: string
  readonly bytes: Uint8Array
  readonly nodes: number
  readonly body: Buffer
}

const kinds = KINDS.map(([name, of, rounding]): Kind => {
  const bytes = exportOnnx(of, { rounding })
  const parameters = { 'file:1/model.onnx': Buffer.from(bytes).toString('base64') }
  return {
    name,
    bytes,
    nodes: scanModel(bytes).nodes,
    body: Buffer.from(JSON.stringify({ parameters })),
  }
})

/** Milliseconds. */
async function once(action: () => unknown): Promise<number> {
  const before = performance.now()
  await action()
  return performance.now() - before
}

/** The median of the rounds, in milliseconds. */
async function timed(action: () => unknown): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < rounds; round += 1) times.push(await once(action))
  return median(Float64Array.from(times).sort())
}

async function post(url: string, body: string | Buffer): Promise<number> {
  const before = performance.now()
  const reply = await request(url, { method: 'POST', body })
  const text = await reply.body.text()
  if (reply.statusCode !== 200) throw new Error(text)
  return performance.now() - before
}

const smallRow = JSON.stringify({ inputs: [new Array(8).fill(0.5)], model: SMALL })

/** Times of requests for the small model, one after the other, until `action` has ended. */
async function beside(url: string, action: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = []
  let going = true
  const done = action().finally(() => {
    going = false
  })
  while (going) times.push(await post(`${url}/infer`, smallRow))
  await done
  return times
}

const ms = (value: number) => value.toFixed(value < 1 ? 2 : 1)

async function costs(): Promise<string[][]> {
  const rows: string[][] = []
  for (const { name, bytes, nodes, body } of kinds) {
    const half = body.length >> 1
    const read = await timed(() =>
      readLoad(Buffer.concat([body.subarray(0, half), body.subarray(half)])),
    )
    const open = await timed(async () => (await openSession(bytes)).session.release())
    const large = bytes.length > LARGE_BYTES || nodes > LARGE_NODES
    const mib = body.length / 2 ** 20
    rows.push([
      ...[name, (bytes.length / 2 ** 20).toFixed(2), String(nodes), ms(open)],
      ...[(open / nodes).toFixed(3), ms(read), mib < 1 ? '-' : (read / mib).toFixed(1)],
      large ? 'thread' : 'here',
    ])
  }
  return rows
}

async function waits(): Promise<string[][]> {
  // So little for sessions that there is room for one.
  const server = await startServer({
    files: [fileOf(SMALL)],
    ...{ port: 0, allowLoad: true, maxSessionMb: 1 },
  })
  const { url } = server
  const load = ({ body }: Kind) => post(`${url}/v2/repository/models/large/load`, body)
  const rows: string[][] = []
  try {
    for (let count = 0; count < 200; count += 1) await post(`${url}/infer`, smallRow)
    for (const kind of kinds.slice(2)) {
      await load(kind)
      const alone = await timed(() => load(kind))
      const loading: number[] = []
      const reopening: number[] = []
      const width = JSON.parse(await (await request(`${url}/v2/models/large`)).body.text()).inputs
      const row = JSON.stringify({
        inputs: [new Array(width[0].shape[1]).fill(0.5)],
        model: 'large',
        ...(width.length > 1 && { genome: [0] }),
      })
      for (let round = 0; round < rounds; round += 1) {
        loading.push(...(await beside(url, () => load(kind))))
        // The small model has taken its place, so this opens it again.
        await post(`${url}/infer`, smallRow)
        reopening.push(...(await beside(url, () => post(`${url}/infer`, row))))
      }
      const cells = [loading, reopening].flatMap((times) => {
        const sorted = Float64Array.from(times).sort()
        return [String(times.length), ms(median(sorted)), ms(sorted[sorted.length - 1])]
      })
      rows.push([kind.name, ms(alone), ...cells])
    }
    return rows
  } finally {
    await server.close()
  }
}

/** What the thread costs, and what it does not take off the event loop. */
async function others(): Promise<string[][]> {
  const thread = new ModelThread(new SessionCache(0))
  const tiny = Buffer.from('{"parameters": {"file:1/model.onnx": "AAAA"}}')
  const message = () => thread.read([Uint8Array.from(tiny)])
  for (let count = 0; count < 1000; count += 1) await message()
  const messages: number[] = []
  for (let round = 0; round < 50 * rounds; round += 1) messages.push(await once(message))
  await thread.close()
  const width = 8
  const rows = JSON.stringify(
    Array.from({ length: 7000 }, (_, row) =>
      Array.from({ length: width }, (_, column) => Math.fround(Math.sin(row * width + column))),
    ),
  )
  const spec = { name: 'inputs', datatype: 'FP32', width, shape: [-1, width] } as const
  const json = await timed(() => readRows(JSON.parse(rows), spec))
  return [
    ['a message to the thread and back', ms(median(Float64Array.from(messages).sort()))],
    ['reading a MiB of inference rows as JSON', ms((json * 2 ** 20) / rows.length)],
  ]
}

function print(head: string[], rows: readonly string[][]): void {
  const table = new Table({ head, style: { head: [], border: [] } })
  for (const row of rows) table.push(row)
  console.log(`\n${table}`)
}

print(['model', 'MiB', 'nodes', 'open ms', 'a node', 'read ms', 'a MiB', 'lives'], await costs())
print(
  [
    ...['model', 'load ms', 'small requests meanwhile', 'p50 ms', 'longest ms'],
    ...['while it is reopened', 'p50 ms', 'longest ms'],
  ],
  await waits(),
)
print(['beside', 'ms'], await others())
process.exit(0)
