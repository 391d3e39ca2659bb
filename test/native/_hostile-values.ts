/** Values that no program would pass, and values that are almost right. */
import { Genome } from '#src/genome/genome.js'

let state = Number(process.argv[3] ?? 1)
/** A whole number from 0 to `bound` - 1 (a linear congruential generator will do). */
export function below(bound: number): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return Math.floor((state / 2 ** 32) * bound)
}
export const pick = <T>(list: readonly T[]): T => list[below(list.length)]

export const genomes = Array.from({ length: 4 }, (_, seed) =>
  Genome.random({ inputs: 2, outputs: 2, hidden: 3 * seed, seed }),
)
const json = JSON.stringify(genomes[2])

/** An array whose memory has been transferred away. */
function detached(): Float32Array {
  const array = new Float32Array(2)
  structuredClone(array, { transfer: [array.buffer] })
  return array
}

/** An array that a resizable buffer has left behind, or follows. */
function resized(): Float32Array {
  const Resizable = ArrayBuffer as unknown as new (
    bytes: number,
    options: { maxByteLength: number },
  ) => ArrayBuffer & { resize(bytes: number): void }
  const buffer = new Resizable(64, { maxByteLength: 1 << 12 })
  const array = pick([() => new Float32Array(buffer, 0, 8), () => new Float32Array(buffer)])()
  buffer.resize(4 * below(32))
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

let buffer = new ArrayBuffer(4096)
/** The buffer that many arrays share; another once it was transferred away. */
function common(): ArrayBuffer {
  if (buffer.byteLength === 0) buffer = new ArrayBuffer(4096)
  return buffer
}
const number = () =>
  pick([0, 1, 2, 3, 8, -1, 0.5, Number.NaN, 2 ** 31, 2 ** 32, 2 ** 53, -Infinity])
const floats = [
  () => new Float32Array(below(10)),
  () => new Float32Array(pick([64, 4096])),
  () => new Float32Array(common(), 4 * below(8), below(16)),
  () => new Float32Array(new SharedArrayBuffer(4 * below(10))),
  detached,
  resized,
]
const wholes = [
  mangledWords,
  () => pick(genomes).words.slice(),
  () => Uint32Array.of(0, below(40), below(60)),
  () => Uint32Array.from({ length: below(6) }, (_, at) => pick([0, at, at, below(3)])),
  () => new Uint32Array(common(), 4 * below(8), below(16)),
]

/** Of the right type, by the name that index.d.ts gives it. */
const TYPED: Record<string, readonly (() => unknown)[]> = {
  number: [number],
  boolean: [() => below(2) === 0],
  string: [mangledText, () => json],
  Float32Array: floats,
  Uint32Array: wholes,
  RandomOptions: [
    () => ({
      inputs: below(4),
      outputs: below(4),
      hidden: below(9),
      connections: below(50),
      activations: [below(20)],
      seed: 1,
    }),
  ],
}

const WRONG: readonly (() => unknown)[] = [
  () => undefined,
  () => null,
  number,
  () => pick(['', 'abc', '\ud800']),
  () => 10n ** 30n,
  () => Symbol('hostile'),
  () => () => 1,
  () => ({}),
  () => [1, 2, 3],
  () => new Proxy({}, { get: () => pick([Symbol('trap'), Number.NaN, undefined]) }),
  () => new Proxy(new Float32Array(3), {}),
  () => Object.create(Float32Array.prototype),
  () => new Uint8Array(common(), below(8), below(16)),
  () => new Float64Array(below(10)),
  () => new BigInt64Array(below(3)),
  () => new DataView(common(), below(8)),
  common,
  () => ({ inputs: below(4), outputs: below(4), hidden: below(9), connections: below(50) }),
  ...floats,
  ...wholes,
]

/** What does, by the name of the argument, so that calls get past the checks of all the others. */
const RIGHT: Record<string, () => unknown> = {
  words: () => genomes[0].words.slice(),
  offsets: () => Uint32Array.of(0, genomes[0].words.length),
  genome: () => new Uint32Array(2),
  slots: () => Uint32Array.of(1, 0),
  inputs: () => new Float32Array(pick([2, 4])),
  outputs: () => new Float32Array(pick([2, 4])),
  rows: () => pick([1, 2]),
}

/** Handles that the addon gave out, by the name of their type. */
export const handles = new Map<string, unknown[]>()

/** An argument of a function: its name and its type, as index.d.ts has them. */
export interface Parameter {
  name: string
  type: string
}

/** A value for an argument: mostly one of its type, sometimes any. */
export function argument({ name, type }: Parameter): unknown {
  const chance = below(10)
  if (chance === 0) return below(4) === 0 ? pick([...handles.values()].flat()) : pick(WRONG)()
  if (chance > 3 && name in RIGHT) return RIGHT[name]()
  const known = TYPED[type] ?? handles.get(type)?.map((handle) => () => handle)
  if (known === undefined) throw new Error(`no values for an argument of type ${type}`)
  return pick(known)()
}
