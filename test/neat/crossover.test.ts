import test from 'ava'
import { completeConfig } from '#src/neat/config.js'
import { Crossover } from '#src/neat/crossover.js'
import { Draft } from '#src/neat/draft.js'
import { Random } from '#src/neat/random.js'
import { type Gene, genesOf, genomeOf, genomeOfWords } from './genes.js'

const config = completeConfig({ bias: 'none' })

function children(one: Gene[], other: Gene[], equal: boolean, n = 400): Gene[][] {
  const crossover = new Crossover(config)
  const draft = new Draft()
  const method = equal ? 'crossEquals' : 'cross'
  return Array.from({ length: n }, (_, seed) => {
    crossover[method](draft, genomeOf(one), genomeOf(other), new Random(seed))
    const child = genomeOfWords(draft.toWords())
    child.compile()
    return genesOf(child)
  })
}

const share = (all: Gene[][], is: (child: Gene[]) => boolean) => all.filter(is).length / all.length
const near = (value: number, expected: number) => Math.abs(value - expected) < 0.1

const fitter: Gene[] = [
  [0, 0, 2, 1],
  [1, 1, 2, 1],
  [4, 0, 3, 1],
  [5, 3, 2, 1],
]
const other: Gene[] = [
  [0, 0, 2, -1],
  [1, 1, 2, -1],
  [2, 1, 4, -1],
  [3, 4, 2, -1],
]

test('a child has the structure of the fitter, and matching weights from either parent', (t) => {
  const all = children(fitter, other, false)
  for (const child of all) {
    t.deepEqual(
      child.map(([innovation]) => innovation),
      [0, 1, 4, 5],
    )
    t.is(child[2][3], 1)
  }
  t.true(
    near(
      share(all, (child) => child[0][3] === 1),
      0.5,
    ),
  )
  t.true(
    near(
      share(all, (child) => child[0][3] === child[1][3]),
      0.5,
    ),
  )
})

test('a gene disabled in either parent is disabled in three children of four', (t) => {
  const off = (genes: Gene[], at: number) =>
    genes.map((gene, index): Gene => (index === at ? [...gene.slice(0, 4), 'off'] : gene) as Gene)
  const disabled = (child: Gene[], innovation: number) =>
    child.find((gene) => gene[0] === innovation)?.[4] === 'off'
  for (const [one, two, innovation] of [
    [off(fitter, 0), other, 0],
    [fitter, off(other, 0), 0],
    [off(fitter, 0), off(other, 0), 0],
    [off(fitter, 2), other, 4],
  ] as const) {
    const all = children(one as Gene[], two as Gene[], false)
    t.true(
      near(
        share(all, (child) => disabled(child, innovation)),
        0.75,
      ),
    )
    t.true(all.every((child) => !disabled(child, 1)))
  }
})

test('equals give half of their disjoint and excess genes each', (t) => {
  const all = children(fitter, other, true)
  const has = (innovation: number) => (child: Gene[]) =>
    child.some((gene) => gene[0] === innovation)
  t.true(all.every(has(0)) && all.every(has(1)))
  for (const innovation of [2, 3, 4, 5]) t.true(near(share(all, has(innovation)), 0.5))
  for (const child of all) {
    const innovations = child.map(([innovation]) => innovation)
    t.deepEqual(
      innovations,
      innovations.toSorted((a, b) => a - b),
    )
  }
})

test('equals whose structures would close a cycle, or connect twice, are crossed without', (t) => {
  const one: Gene[] = [
    [0, 0, 3, 1],
    [1, 1, 4, 1],
    [2, 3, 4, 1],
    [4, 4, 2, 1],
  ]
  const two: Gene[] = [
    [0, 0, 3, 1],
    [1, 1, 4, 1],
    [3, 4, 3, 1],
    [5, 4, 2, 1],
  ]
  // Compiling a child would fail on a cycle.
  for (const child of children(one, two, true)) {
    const pairs = child.map(([, from, to]) => `${from}-${to}`)
    t.is(new Set(pairs).size, pairs.length)
  }
})
