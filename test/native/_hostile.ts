/**
 * Throws random values at every function that the addon exports, and at every function and handle
 * that those hand out, for the given milliseconds. Ends with counts on stdout; a crash ends it
 * sooner.
 */
import { createRequire } from 'node:module'
import { Genome } from '#src/genome/genome.js'

const addon = createRequire(import.meta.url)('../../index.js') as Record<string, unknown>
const milliseconds = Number(process.argv[2])

let state = 1
/** A whole number from 0 to `bound` - 1 (a linear congruential generator will do). */
function below(bound: number): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return Math.floor((state / 2 ** 32) * bound)
}
const pick = <T>(list: readonly T[]): T => list[below(list.length)]

const genomes = Array.from({ length: 4 }, (_, seed) =>
  Genome.random({ inputs: 1 + seed, outputs: 2, hidden: 3 * seed, seed }),
)
const json = JSON.stringify(genomes[2])

function detached(): Float32Array {
  const array = new Float32Array(2)
  structuredClone(array, { transfer: [array.buffer] })
  return array
}

/** A valid genome with some words overwritten, or cut short. */
function mangledWords(): Uint32Array {
  const words = pick(genomes).words.slice(0, pick([1, 5, 9, 1e9]))
  for (let change = below(4); change > 0; change--) {
    words[below(words.length)] = pick([0, 1, 2, 7, 255, 256, 0x7f800000, 0x7fc00000, 0xffffffff])
  }
  return words
}

function mangledText(): string {
  const at = below(json.length)
  return json.slice(0, at) + pick(['', '{', '9', '"', 'null', '1e999', '\0']) + json.slice(at + 1)
}

const buffer = new ArrayBuffer(4096)
const kept: unknown[] = []

const VALUES: (() => unknown)[] = [
  () => undefined,
  () => null,
  () => pick([0, 1, 2, -1, 0.5, Number.NaN, 2 ** 31, 2 ** 32, 2 ** 53, -Infinity]),
  () => pick(['', 'abc', '\ud800']),
  () => 10n ** 30n,
  () => Symbol('hostile'),
  () => () => 1,
  () => ({}),
  () => [1, 2, 3],
  () => new Proxy({}, { get: () => pick([Symbol('trap'), Number.NaN, undefined]) }),
  () => new Proxy(new Float32Array(3), {}),
  () => Object.create(Float32Array.prototype),
  () => new Float32Array(below(10)),
  () => new Float32Array(pick([64, 4096])),
  () => new Float32Array(buffer, 4 * below(8), below(16)),
  () => new Uint32Array(buffer, 4 * below(8), below(16)),
  () => new Uint8Array(buffer, below(8), below(16)),
  () => new Float64Array(below(10)),
  () => new BigInt64Array(below(3)),
  () => new DataView(buffer, below(8)),
  () => buffer,
  () => new Float32Array(new SharedArrayBuffer(4 * below(10))),
  detached,
  mangledWords,
  () => pick(genomes).words,
  () => Uint32Array.of(0, below(40), below(60)),
  mangledText,
  () => json,
  () => ({ inputs: below(4), outputs: below(4), hidden: below(9), connections: below(50) }),
  () => ({ inputs: 2, outputs: 1, hidden: 0, connections: 5, activations: [below(20)], seed: 1 }),
  () => (kept.length > 0 ? pick(kept) : undefined),
]

const counts = { calls: 0, refused: 0, codes: {} as Record<string, number> }
const pending: Promise<unknown>[] = []

function noteFailure(error: unknown): void {
  const code = String((error as { code?: unknown }).code)
  counts.refused++
  counts.codes[code] = (counts.codes[code] ?? 0) + 1
}

/**
 * Keeps what came back, to be passed or called later. Not the bound functions: src/genome/bound.ts
 * alone calls those, and checks their arrays before.
 */
function keep(name: string, result: unknown): void {
  if (result instanceof Promise) pending.push(result.catch(noteFailure))
  else if (!name.startsWith('bind')) kept[kept.length < 200 ? kept.length : below(200)] = result
}

function attack(name: string, call: (...args: unknown[]) => unknown): void {
  counts.calls++
  // The measuring loop may run for its 2^32 calls: it gets few.
  const args = Array.from({ length: below(6) }, () => pick(VALUES)())
  if (name === 'timeFeedForward') args[3] = below(3)
  try {
    keep(name, call(...args))
  } catch (error) {
    noteFailure(error)
  }
}

const exported = Object.entries(addon).filter(([, value]) => typeof value === 'function') as [
  string,
  (...args: unknown[]) => unknown,
][]
// Real handles and functions, so that most attacks get past the first check.
for (const genome of genomes) {
  const network = (addon.compileNetwork as (words: Uint32Array) => unknown)(genome.words)
  kept.push(network)
  for (const make of ['feedForwardFunction', 'feedForwardBatchFunction']) {
    kept.push((addon[make] as (handle: unknown) => unknown)(network))
  }
  const recurrent = (addon.compileRecurrent as (words: Uint32Array) => unknown)(genome.words)
  kept.push(recurrent)
  for (const make of ['stepFunction', 'stepBatchFunction']) {
    kept.push((addon[make] as (handle: unknown) => unknown)(recurrent))
  }
}
const { words } = genomes[1]
const compileRecurrents = addon.compileRecurrentPopulation as (...args: unknown[]) => unknown
const recurrents = compileRecurrents(words, Uint32Array.of(0, words.length))
kept.push(recurrents, (addon.stepRowsFunction as (handle: unknown) => unknown)(recurrents))

const end = Date.now() + milliseconds
while (Date.now() < end) {
  for (let turn = 0; turn < 500; turn++) {
    attack(...pick(exported))
    const function_ = pick(kept)
    if (typeof function_ === 'function') {
      attack(function_.name, function_ as (...args: unknown[]) => unknown)
    }
  }
  await Promise.all(pending.splice(0))
  await new Promise(setImmediate)
  globalThis.gc?.()
}
console.log(JSON.stringify(counts))
