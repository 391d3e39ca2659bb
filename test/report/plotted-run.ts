import fc from 'fast-check'
import { Genome } from '#src/genome/genome.js'
import type { GenerationLine } from '#src/report/plot/generation-line.js'
import type { TrainingRun } from '#src/report/plot/run.js'
import { arbitraryGenome } from '../genome/arbitrary-genome.js'

const latencies = { p50: 400, p95: 700, p99: 1200, p999: 9000, max: 12_000 }

/** A generation that a run might have, but for what `differing` says. */
export function generation(index: number, differing: Partial<GenerationLine> = {}): GenerationLine {
  return {
    generation: index,
    bestFitness: 9 + index,
    meanFitness: 5,
    fitnessDeviation: 2,
    championFitness: 9 + index,
    solved: false,
    evaluations: (index + 1) * 150,
    species: 2,
    speciesSizes: [
      { id: 0, size: 100 },
      { id: 3, size: 50 },
    ],
    meanHidden: 1,
    meanConnections: 4,
    ticks: 4,
    rows: 600,
    times: { load: 1, evaluate: 1, test: 1, reproduce: 1 },
    inference: {
      inferCount: 600,
      inferTimeNs: 1e6,
      httpTimeNs: 0,
      remoteInferNs: null,
      requests: 0,
      retries: 0,
      rows: 600,
      histogram: { call: latencies, row: latencies },
    },
    ...differing,
  }
}

/** A solved run of ten generations. */
export const run: TrainingRun = {
  task: 'xor',
  seed: 3,
  generations: Array.from({ length: 10 }, (_, i) => generation(i, { solved: i === 9 })),
  champion: Genome.random({ inputs: 3, outputs: 2, hidden: 5, connections: 20, seed: 1 }),
}

const fitness = fc.double({ min: 0, max: 1e6, noNaN: true })
const ns = fc.integer({ min: 1, max: 2 ** 40 })

const arbitraryGeneration = fc
  .record({
    fitness: fc.tuple(fitness, fitness),
    fitnessDeviation: fitness,
    solved: fc.boolean(),
    sizes: fc.uniqueArray(fc.record({ id: fc.nat(40), size: fc.nat(200) }), {
      minLength: 1,
      maxLength: 12,
      selector: ({ id }) => id,
    }),
    inference: fc.option(fc.tuple(ns, ns, ns, ns, ns)),
  })
  .map(({ fitness, fitnessDeviation, solved, sizes, inference }) => {
    const [meanFitness, bestFitness] = fitness.toSorted((a, b) => a - b)
    const [p50, p95, p99, p999, max] = inference?.toSorted((a, b) => a - b) ?? []
    const call = { p50, p95, p99, p999, max }
    const like = generation(0).inference!
    return {
      meanFitness,
      bestFitness,
      fitnessDeviation,
      solved,
      speciesSizes: sizes,
      species: sizes.length,
      inference: inference ? { ...like, histogram: { call, row: call } } : undefined,
    }
  })

/** Runs of one generation and more, ordinary or not. */
export const arbitraryRun: fc.Arbitrary<TrainingRun> = fc
  .record({
    generations: fc.array(arbitraryGeneration, { minLength: 1, maxLength: 60 }),
    champion: fc.option(arbitraryGenome),
  })
  .map(({ generations, champion }) => ({
    task: 'any',
    seed: 1,
    generations: generations.map((one, i) => generation(i, one)),
    champion: champion && Genome.fromJSON(champion),
  }))

/** An element of a picture. */
export interface Markup {
  readonly name: string
  readonly classes: readonly string[]
  readonly attributes: Readonly<Record<string, string>>
  /** Classes of the elements that it stands in. */
  readonly within: readonly string[]
}

const TOKEN =
  /<(\/?)([a-z]+)((?: [a-zA-Z0-9:-]+="[^"<&]*(?:&(?:amp|lt|gt|quot);[^"<&]*)*")*)(\/?)>/y
const TEXT = /[^<&]*(?:&(?:amp|lt|gt|quot);[^<&]*)*/y

/** The elements of an XML text in their order. Throws if it is not well-formed. */
export function markup(xml: string): Markup[] {
  const found: Markup[] = []
  const open: Markup[] = []
  for (let at = 0; at < xml.length; ) {
    TEXT.lastIndex = at
    at += TEXT.exec(xml)![0].length
    if (at === xml.length) break
    TOKEN.lastIndex = at
    const token = TOKEN.exec(xml)
    if (!token) throw new Error(`not well-formed: ${xml.slice(at, at + 120)}`)
    at += token[0].length
    const [, closing, name, text, empty] = token
    if (closing) {
      const last = open.pop()
      if (last?.name !== name) throw new Error(`</${name}> closes <${last?.name}>`)
      continue
    }
    const attributes = Object.fromEntries(
      [...text.matchAll(/ ([^=]+)="([^"]*)"/g)].map(([, key, value]) => [key, value]),
    )
    const classes = (attributes.class ?? '').split(' ')
    const element = { name, classes, attributes, within: open.flatMap((one) => one.classes) }
    found.push(element)
    if (!empty) open.push(element)
  }
  if (open.length > 0) throw new Error(`<${open.at(-1)!.name}> is never closed`)
  return found
}

/** The elements of that class. */
export function ofClass(elements: readonly Markup[], name: string): Markup[] {
  return elements.filter(({ classes }) => classes.includes(name))
}

/** The points of a path of straight lines. */
export function vertices({ attributes }: Markup): number {
  return attributes.d.match(/[ML]/g)!.length
}
