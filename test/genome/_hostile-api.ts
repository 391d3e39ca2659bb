/**
 * Throws values of all kinds at the public classes and functions that compute, for the given
 * milliseconds. Ends with counts on stdout; a crash, or an error that is no NeatronError, ends it
 * sooner.
 *
 *     node --expose-gc --import=tsx test/genome/_hostile-api.ts MILLISECONDS [SEED]
 */
import fc from 'fast-check'
import { exportOnnx, Genome, NeatronError, Network, Population, Random, simd } from 'neatron'
import { arbitraryGenome } from './arbitrary-genome.js'

const milliseconds = Number(process.argv[2])
const seed = Number(process.argv[3] ?? 1)

const INPUTS = 2
const genomes = Array.from({ length: 3 }, (_, each) =>
  Genome.random({ inputs: INPUTS, outputs: 2, hidden: 4 * each, seed: each }),
)
let common = new ArrayBuffer(256)

/** Values that do, so that calls get past their first checks. */
const right = fc.oneof(
  fc.constantFrom(0, 1, 2, 3),
  fc.constantFrom(...genomes),
  fc.subarray(genomes, { minLength: 1 }),
  fc.constantFrom(2, 4, 6, 64).map((length) => new Float32Array(length)),
  fc.constantFrom([0, 0], [0, 1], [2, 0, 1]).map((indices) => Uint32Array.from(indices)),
  fc.constantFrom([0.5, 1], [0, 0]),
  fc.constant(undefined),
)

type ArrayClass = new (buffer: ArrayBufferLike, at?: number, length?: number) => Float32Array
const CLASSES = [
  Float32Array,
  Uint32Array,
  Float64Array,
  Int8Array,
  DataView,
] as unknown[] as ArrayClass[]

const arrays = fc
  .tuple(fc.nat(20), fc.nat(7), fc.constantFrom('own', 'common', 'shared', 'lost'))
  .chain(([length, at, where]) =>
    fc.constantFrom(...CLASSES).map((Class) => {
      if (common.byteLength === 0) common = new ArrayBuffer(256)
      if (where === 'common') return new Class(common, 8 * at, length)
      if (where === 'shared') return new Class(new SharedArrayBuffer(8 * length))
      const array = new Class(new ArrayBuffer(8 * length))
      if (where === 'lost') structuredClone(0, { transfer: [array.buffer as ArrayBuffer] })
      return array
    }),
  )

const anything = fc.anything({
  maxDepth: 1,
  withBigInt: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
})

const options = fc.record(
  {
    inputs: fc.oneof(fc.nat(9), anything),
    outputs: fc.oneof(fc.nat(9), anything),
    hidden: fc.oneof(fc.nat(30), anything),
    connections: fc.oneof(fc.nat(300), anything),
    activations: fc.oneof(fc.constant(['tanh']), anything),
    seed: anything,
    recurrent: fc.oneof(fc.boolean(), anything),
    ids: anything,
    rounding: fc.constantFrom('standard', 'native', 'none'),
  },
  { requiredKeys: [] },
)

/** A genome in JSON with something else in one place. */
const mangled = fc.tuple(arbitraryGenome, anything, fc.nat()).map(([json, value, at]) => {
  const places: [object, string][] = [json, ...json.nodes, ...json.connections].flatMap((part) =>
    Object.keys(part).map((key): [object, string] => [part, key]),
  )
  const [part, key] = places[at % places.length]
  Object.assign(part, { [key]: value })
  return json
})

/** Packed words with something else in some places, or cut short. */
const words = fc
  .tuple(
    fc.constantFrom(...genomes),
    fc.array(fc.tuple(fc.nat(60), fc.nat(0xffffffff))),
    fc.nat(99),
  )
  .map(([genome, changes, length]) => {
    const copy = genome.words.slice(0, length > 50 ? undefined : length)
    for (const [at, word] of changes) copy[at % copy.length] = word % 3 === 0 ? word : word % 9
    return copy
  })

const value = fc.oneof(
  { weight: 6, arbitrary: right },
  { weight: 8, arbitrary: arrays },
  { weight: 2, arbitrary: options },
  { weight: 1, arbitrary: mangled },
  { weight: 1, arbitrary: words },
  {
    weight: 2,
    arbitrary: fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
    }),
  },
)

type Call = (...args: unknown[]) => unknown
const networks = [...genomes.map((g) => g.compile()), genomes[1].compile({ recurrent: true })]
const populations = [Population.compile(genomes), Population.compile(genomes, { recurrent: true })]
const random = new Random(1)
const bound: (() => void)[] = []

/** Own and inherited-by-nobody members, constructors left out. */
const members = (object: object) =>
  Object.getOwnPropertyNames(object).filter(
    (name) => !['constructor', 'length', 'name', 'prototype'].includes(name),
  )

/** Everything there is to call, by name; getters are called too. */
const targets = new Map<string, Call>([
  ['exportOnnx', exportOnnx as Call],
  ['simd', simd],
  ...[Genome, Network, Population].flatMap((Class): [string, Call][] => [
    [
      `new ${Class.name}`,
      (...args) => new (Class as unknown as new (...a: unknown[]) => object)(...args),
    ],
    ...members(Class).map((name): [string, Call] => [
      `${Class.name}.${name}`,
      (...args) => (Class as unknown as Record<string, Call>)[name](...args),
    ]),
  ]),
  ...(
    [
      ['genome', genomes],
      ['network', networks],
      ['population', populations],
      ['random', [random]],
    ] as [string, object[]][]
  ).flatMap(([kind, objects]) =>
    members(Object.getPrototypeOf(objects[0])).map((name): [string, Call] => [
      `${kind}.${name}`,
      (which, ...args) => {
        const object = objects[Number(which) % objects.length] as Record<string, unknown>
        const member = object[name]
        return typeof member === 'function' ? member.apply(object, args) : member
      },
    ]),
  ),
  ['call of network.bind', () => bound.at(-1)?.()],
  [
    'a transfer',
    () => structuredClone(0, { transfer: [common.byteLength > 0 ? common : new ArrayBuffer(0)] }),
  ],
])
// What the declarations leave out: neatron's own way in, and what ends the population for all.
for (const name of ['Network.compile', 'Network.over', 'population.dispose']) targets.delete(name)
// Trusting and endless where they are told to be; src/neat calls it.
for (const name of targets.keys()) if (name.startsWith('random.')) targets.delete(name)

const counts = { calls: 0, codes: {} as Record<string, number> }
const answered = new Set<string>()

function refused(name: string, error: unknown): void {
  if (!(error instanceof NeatronError)) {
    throw new Error(`${name} threw what is no NeatronError`, { cause: error })
  }
  counts.codes[error.code] = (counts.codes[error.code] ?? 0) + 1
}

const floats = (rows: number) => new Float32Array(2 * rows)
/** Arguments that do for some of the functions. */
const fitting = fc.integer({ min: 1, max: 9 }).chain((rows) =>
  fc.constantFrom<() => unknown[]>(
    () => [floats(1), floats(1)],
    () => [floats(rows), floats(rows), rows],
    () => [new Uint32Array(rows), floats(rows), floats(rows), rows],
    () => [
      new Uint32Array(rows),
      floats(rows),
      floats(rows),
      rows,
      Uint32Array.from({ length: rows }, (_, row) => row),
    ],
    () => [{ inputs: 3, outputs: 2, hidden: rows, connections: 5 * rows }],
  ),
)
/** The same with something else in one place. */
const nearlyFitting = fc.tuple(fitting, fc.nat(9), value).map(([make, at, other]) => {
  const args = make()
  if (at < args.length) args[at] = other
  return args
})

const attack = fc.tuple(
  fc.constantFrom(...targets.keys()),
  fc.nat(9),
  fc.oneof(fc.array(value, { maxLength: 5 }), nearlyFitting),
)

const end = Date.now() + milliseconds
// On a busy machine, too, every function has its turn.
for (let run = seed; Date.now() < end || counts.calls < 10_000; run++) {
  await fc.assert(
    fc.asyncProperty(attack, async ([name, which, args]) => {
      counts.calls++
      const member = /^[a-z]+\./.test(name)
      try {
        const result = await targets.get(name)!(...(member ? [which, ...args] : args))
        if (name === 'network.bind') bound.push(result as () => void)
        answered.add(name)
      } catch (error) {
        refused(name, error)
      }
    }),
    { seed: run, numRuns: 1000, endOnFailure: true },
  )
  bound.splice(0, bound.length - 20)
  globalThis.gc?.()
}
const never = [...targets.keys()].filter((name) => !answered.has(name))
console.log(JSON.stringify({ ...counts, never }))
