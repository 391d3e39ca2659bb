import test from 'ava'
import fc from 'fast-check'
import { Genome } from '#src/genome/genome.js'
import type { GenomeJSON } from '#src/genome/json.js'
import { columnsOf } from '#src/report/plot/columns.js'
import { crossings } from '#src/report/plot/crossings.js'
import { spread } from '#src/report/plot/end-labels.js'
import { parseGenerations } from '#src/report/plot/generation-line.js'
import { layOut } from '#src/report/plot/layout.js'
import { plotRun } from '#src/report/plot/plot.js'
import { rangeScale } from '#src/report/plot/scale.js'
import { speciesColours } from '#src/report/plot/species-colours.js'
import { stack } from '#src/report/plot/stack.js'
import { arbitraryGenome } from '../genome/arbitrary-genome.js'
import {
  arbitraryRun,
  generation,
  type Markup,
  markup,
  ofClass,
  run,
  vertices,
} from './plotted-run.js'

const NAMES = ['fitness.svg', 'species.svg', 'latency.svg', 'champion.svg']

/** A picture that must be there, parsed. */
function picture(pictures: ReadonlyMap<string, string>, name: string): Markup[] {
  return markup(pictures.get(name) ?? `no ${name}`)
}

test('a run has its four pictures', (t) => {
  t.deepEqual([...plotRun(run).keys()], NAMES)
})

test('pictures are well-formed, hold finite numbers only, and need nothing from outside', (t) => {
  fc.assert(
    fc.property(arbitraryRun, (random) => {
      for (const [name, svg] of plotRun(random)) {
        const [root] = markup(svg)
        t.is(root.name, 'svg', name)
        t.notRegex(svg, /NaN|Infinity|undefined|null/, name)
        t.notRegex(svg.replace('xmlns="http://www.w3.org/2000/svg"', ''), /https?:|url\(/, name)
      }
    }),
    { numRuns: 30 },
  )
})

test('fitness and latency have a point for each generation', (t) => {
  fc.assert(
    fc.property(arbitraryRun, (random) => {
      const pictures = plotRun(random)
      const { length } = random.generations
      const fitness = picture(pictures, 'fitness.svg')
      const [mean, best] = ofClass(fitness, 'series')
      t.is(vertices(mean), length)
      t.is(vertices(best), length)
      t.is(ofClass(fitness, 'dot').length, length > 40 ? 0 : 2 * length)
      const [band] = ofClass(fitness, 'band')
      if (length > 1) t.is(vertices(band), 2 * length)
      else t.is(band.name, 'rect')

      const timed = random.generations.filter(({ inference }) => inference)
      t.is(pictures.has('latency.svg'), timed.length > 0)
      if (timed.length === 0) return
      const latency = picture(pictures, 'latency.svg')
      if (timed.length === 1) t.true(ofClass(latency, 'dot').length >= 1)
      for (const line of ofClass(latency, 'series')) t.is(vertices(line), timed.length)
    }),
    { numRuns: 30 },
  )
})

test('species have an area each, which fill the population in every generation', (t) => {
  fc.assert(
    fc.property(arbitraryRun, (random) => {
      const ids = new Set(
        random.generations.flatMap(({ speciesSizes }) =>
          speciesSizes.filter(({ size }) => size > 0).map(({ id }) => id),
        ),
      )
      t.is(ofClass(picture(plotRun(random), 'species.svg'), 'area').length, ids.size)
      const layers = stack(random.generations)
      for (const [i, { speciesSizes }] of random.generations.entries()) {
        const drawn = layers.map(
          ({ low, high, start }) => (high[i - start] ?? 0) - (low[i - start] ?? 0),
        )
        const total = speciesSizes.reduce((sum, { size }) => sum + size, 0)
        t.is(
          drawn.reduce((a, b) => a + b, 0),
          total,
        )
      }
    }),
    { numRuns: 30 },
  )
})

test('neighbours in the stack have different colours', (t) => {
  const generations = Array.from({ length: 30 }, (_, i) =>
    generation(i, { speciesSizes: [0, 1, 2, 3].map((n) => ({ id: (i >> 3) + n * n, size: 10 })) }),
  )
  const colours = speciesColours(generations, 8)
  for (const { speciesSizes } of generations) {
    for (const [i, { id }] of speciesSizes.slice(1).entries()) {
      t.not(colours.get(id), colours.get(speciesSizes[i].id))
    }
  }
})

test('of many species the largest have colours', (t) => {
  const sizes = Array.from({ length: 40 }, (_, id) => ({ id, size: id === 7 ? 90 : 1 + (id % 20) }))
  const generations = [0, 1, 2].map((i) => generation(i, { speciesSizes: sizes }))
  const colours = speciesColours(generations, 7)
  t.is(colours.size, 16)
  t.true(colours.has(7))
  t.true([...colours.keys()].every((id) => id === 7 || sizes[id].size >= 13))
  const svg = picture(plotRun({ ...run, generations }), 'species.svg')
  t.is(ofClass(svg, 'minor').length, 24)
})

test('where all nodes have one activation, the legend alone names it', (t) => {
  const options = { inputs: 3, outputs: 2, hidden: 5, connections: 20, seed: 1 }
  const named = (activations: ('tanh' | 'sin')[], text: string) => {
    const champion = Genome.random({ ...options, activations })
    return (
      plotRun({ ...run, champion })
        .get('champion.svg')!
        .split(`>${text}<`).length - 1
    )
  }
  t.is(named(['tanh'], 'tanh'), 1)
  t.true(named(['tanh', 'sin'], 'tanh') > 1)
})

test('the champion has a mark for each node and connection', (t) => {
  fc.assert(
    fc.property(arbitraryGenome, (json) => {
      const svg = picture(
        plotRun({ ...run, champion: Genome.fromJSON(json) }),
        'champion.svg',
      ).filter(({ within }) => !within.includes('legend'))
      t.is(ofClass(svg, 'node').length, json.nodes.length)
      const drawn = ofClass(svg, 'connection')
      t.is(drawn.length, json.connections.length)
      const disabled = json.connections.filter(({ enabled }) => enabled === false)
      t.is(drawn.filter(({ classes }) => classes.includes('disabled')).length, disabled.length)
      const negative = json.connections.filter(({ weight }) => weight < 0)
      t.is(drawn.filter(({ classes }) => classes.includes('s1')).length, negative.length)
    }),
    { numRuns: 60 },
  )
})

test('layouts: enabled connections of feed-forward genomes between hidden nodes go right, nothing overlaps', (t) => {
  fc.assert(
    fc.property(arbitraryGenome, (json) => {
      const columns = columnsOf(json)
      const kinds = new Map(json.nodes.map(({ id, kind }) => [id, kind]))
      for (const { from, to, enabled } of json.connections) {
        if (enabled === false || kinds.get(from) === 'output') continue
        t.true(columns.of.get(from)! < columns.of.get(to)!)
      }
      const { nodes, height } = layOut(json)
      for (const { y } of nodes) t.true(y > -1e-6 && y < height + 1e-6)
      for (const a of nodes) {
        for (const b of nodes) {
          const gap = a.column === 0 ? 35 : 60
          t.true(a === b || a.column !== b.column || Math.abs(a.y - b.y) > gap)
        }
      }
      const listed = json.nodes.filter(({ kind }) => kind === 'output').map(({ id }) => id)
      const drawn = nodes.filter(({ node }) => node.kind === 'output')
      t.deepEqual(
        drawn.sort((a, b) => a.y - b.y).map(({ node }) => node.id),
        listed,
      )
    }),
    { numRuns: 60 },
  )
})

test('a recurrent champion: cycles and loops are drawn with heads', (t) => {
  const champion = Genome.fromJSON({
    format: 'neatron/genome',
    version: 1,
    inputs: 1,
    outputs: 1,
    recurrent: true,
    nodes: [
      { id: 0, kind: 'input' },
      { id: 1, kind: 'output', activation: 'tanh' },
      { id: 2, kind: 'hidden', activation: 'sin' },
      { id: 3, kind: 'hidden', activation: 'relu' },
    ],
    connections: [
      [0, 2],
      [2, 3],
      [3, 1],
      [3, 2],
      [2, 2],
      [1, 3],
    ].map(([from, to], innovation) => ({ innovation, from, to, weight: 1, enabled: true })),
  } satisfies GenomeJSON)
  const svg = picture(plotRun({ ...run, champion }), 'champion.svg')
  t.is(ofClass(svg, 'dot').length, 3)
})

test('a run without champion and without latencies has two pictures', (t) => {
  const generations = [generation(0, { inference: undefined })]
  t.deepEqual([...plotRun({ ...run, generations, champion: null }).keys()], NAMES.slice(0, 2))
})

test('a long name of a task is cut', (t) => {
  for (const [, svg] of plotRun({ ...run, task: 'long '.repeat(20) })) {
    t.regex(svg, /(long ){7}long…, seed 3/)
  }
})

test('names that XML would misread are escaped', (t) => {
  for (const [, svg] of plotRun({ ...run, task: '<&"> task' })) {
    t.true(svg.includes('&lt;&amp;&quot;&gt; task'))
    t.notThrows(() => markup(svg))
  }
})

test('lines of generations.jsonl: what was being written is left out, what is damaged is named', (t) => {
  const line = JSON.stringify(generation(0))
  t.is(parseGenerations(`${line}\n{"generation":1,"bestF`).length, 1)
  t.is(parseGenerations('').length, 0)
  const damaged = (text: string, message: RegExp) =>
    t.throws(() => parseGenerations(text), { code: 'RUN_INVALID', message })
  damaged(`${line}\n{"gener\n`, /^Line 2 /)
  damaged(`${line}\n{"generation":1}\n`, /^Line 2 .*bestFitness/)
  damaged(`${line}\n${line}\n`, /^Line 2 .*after a later one/)
  damaged('null\n', /^Line 1 /)
})

test('a run without any fitness, and one that never changes, still have their axes', (t) => {
  for (const same of [0, 1e-9, 7, 1e6]) {
    const generations = [0, 1, 2].map((i) =>
      generation(i, { bestFitness: same, meanFitness: same, fitnessDeviation: 0 }),
    )
    const svg = plotRun({ ...run, generations }).get('fitness.svg')!
    t.notRegex(svg, /NaN|Infinity/)
    t.true(ofClass(markup(svg), 'grid').length > 4)
  }
})

test('scales hold what they are made for', (t) => {
  const value = fc.double({ min: -1e6, max: 1e6, noNaN: true })
  fc.assert(
    fc.property(value, value, (a, b) => {
      const [min, max] = [Math.min(a, b), Math.max(a, b)]
      const { at, ticks } = rangeScale(min, max, 100, 0)
      for (const one of [min, max]) t.true(at(one) > -1e-3 && at(one) < 100 + 1e-3, `${min} ${max}`)
      t.true(ticks.length >= 2 && ticks.length < 20)
    }),
  )
})

test('labels keep their order and their distance', (t) => {
  const wanted = fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(wanted, (ys) => {
      const sorted = ys.toSorted((a, b) => a - b)
      const placed = spread(
        sorted,
        sorted.map(() => 17),
      )
      for (let i = 1; i < placed.length; i++) t.true(placed[i] - placed[i - 1] >= 17 - 1e-9)
      const apart = sorted.every((y, i) => i === 0 || y - sorted[i - 1] >= 17)
      if (apart) t.deepEqual(placed, sorted)
    }),
  )
})

test('crossings are counted as by comparing every pair', (t) => {
  const place = fc.nat(9)
  fc.assert(
    fc.property(fc.array(fc.tuple(place, place), { maxLength: 30 }), (lines) => {
      const pairs = lines.flatMap((a, i) => lines.slice(i + 1).map((b) => [a, b]))
      const crossing = pairs.filter(([a, b]) => (a[0] - b[0]) * (a[1] - b[1]) < 0)
      t.is(crossings(lines), crossing.length)
    }),
  )
})
