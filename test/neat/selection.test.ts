import test from 'ava'
import { completeConfig } from '#src/neat/config.js'
import { select } from '#src/neat/selection.js'
import type { Species } from '#src/neat/species.js'
import { genomeOf } from './genes.js'

const config = completeConfig({ population: 12 })
const representative = genomeOf([])
const species = (id: number, members: number[], more: Partial<Species> = {}): Species => ({
  id,
  representative,
  members,
  bestFitness: 0,
  lastImproved: 0,
  ...more,
})
const progress = () => ({ bestFitness: 0, lastImproved: 30 })

test('children are shared out by mean fitness, whatever the size', (t) => {
  const all = [species(0, [0, 1, 2, 3]), species(1, [4])]
  const broods = select(all, Float64Array.of(1, 4, 2, 1, 4), 0, progress(), config)
  t.deepEqual(broods, [
    { ranked: Uint32Array.of(1, 2, 0, 3), offspring: 4 },
    { ranked: Uint32Array.of(4), offspring: 8 },
  ])
})

test('a species that stagnates has no children, unless it has the best genome', (t) => {
  const all = [
    species(0, [0], { bestFitness: 9 }),
    species(1, [1], { bestFitness: 5 }),
    species(2, [2], { bestFitness: 2, lastImproved: 16 }),
  ]
  const broods = select(all, Float64Array.of(9, 5, 2), 30, progress(), config)
  t.deepEqual(
    broods.map(({ ranked }) => ranked[0]),
    [0, 2],
  )
})

test('improvement is remembered', (t) => {
  const one = species(0, [0, 1], { bestFitness: 3 })
  select([one], Float64Array.of(2, 3), 7, progress(), config)
  t.like(one, { bestFitness: 3, lastImproved: 0 })
  select([one], Float64Array.of(2, 4), 8, progress(), config)
  t.like(one, { bestFitness: 4, lastImproved: 8 })
})

test('when the population stagnates its two best species have all children', (t) => {
  const all = [0, 1, 2, 3].map((id) => species(id, [id], { bestFitness: 9, lastImproved: 40 }))
  const state = progress()
  t.is(select(all, Float64Array.of(1, 3, 2, 1), 50, state, config).length, 4)
  const broods = select(all, Float64Array.of(1, 3, 2, 1), 51, state, config)
  t.deepEqual(
    broods.map(({ ranked }) => ranked[0]),
    [1, 2],
  )
  t.is(state.lastImproved, 51)
  t.is(all[1].lastImproved, 51)
})
