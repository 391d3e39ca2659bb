import test from 'ava'
import { completeConfig } from '#src/neat/config.js'
import { distance } from '#src/neat/distance.js'
import { type Gene, genomeOf } from './genes.js'

// Figure 4 of the paper: genes 1 to 5 and 8 against 1 to 7, 9 and 10.
const one = genomeOf([
  [1, 0, 2, 1],
  [2, 1, 2, 1, 'off'],
  [3, 0, 3, 1],
  [4, 1, 3, 1],
  [5, 3, 2, 1],
  [8, 0, 5, 1],
])
const two = genomeOf([
  [1, 0, 2, 2],
  [2, 1, 2, 1, 'off'],
  [3, 0, 3, 1],
  [4, 1, 3, 1],
  [5, 3, 2, 2, 'off'],
  [6, 3, 4, 1],
  [7, 4, 2, 1],
  [9, 1, 4, 1],
  [10, 0, 4, 1],
])

test('excess, disjoint and matching genes are told apart', (t) => {
  const parts = (excess: number, disjoint: number, weight: number) =>
    completeConfig({
      excessCoefficient: excess,
      disjointCoefficient: disjoint,
      weightCoefficient: weight,
    })
  t.is(distance(one, two, parts(1, 0, 0)), 2)
  t.is(distance(one, two, parts(0, 1, 0)), 3)
  t.is(distance(one, two, parts(0, 0, 1)), 2 / 5)
  t.is(distance(two, one, completeConfig()), 5 + 0.4 * (2 / 5))
  t.is(distance(two, two, completeConfig()), 0)
})

test('from smallGenome genes on, excess and disjoint genes are divided by the larger number', (t) => {
  t.is(distance(one, two, completeConfig({ smallGenome: 10, weightCoefficient: 0 })), 5)
  t.is(distance(one, two, completeConfig({ smallGenome: 9, weightCoefficient: 0 })), 5 / 9)
})

test('genomes without connections are alike', (t) => {
  t.is(distance(genomeOf([]), genomeOf([]), completeConfig()), 0)
  const genes: Gene[] = [[0, 0, 2, 1]]
  t.is(distance(genomeOf(genes), genomeOf([]), completeConfig()), 1)
})
