import test from 'ava'
import { completeConfig } from '#src/neat/config.js'
import { beginEvolution, Evolution } from '#src/neat/evolution.js'

/** Which of 40 genomes, the first the fittest, have children like themselves. */
function parents(survivalThreshold: number): number[] {
  const config = completeConfig({
    ...{ population: 40, survivalThreshold, compatibilityThreshold: 1e9, championSize: 1000 },
    ...{ mutationOnly: 1, mutateWeights: 0, addNode: 0, addConnection: 0 },
  })
  const evolution = new Evolution(config, 1, beginEvolution(2, 1, config, 1))
  const before = evolution.state.genomes.map(({ words }) => `${words}`)
  evolution.advance(Float64Array.from({ length: 40 }, (_, index) => 40 - index))
  const after = evolution.state.genomes.map(({ words }) => before.indexOf(`${words}`))
  return [...new Set(after)].sort((a, b) => a - b)
}

test('parents are the best part of a species, and no others', (t) => {
  t.deepEqual(parents(0.1), [0, 1, 2, 3])
  t.true(parents(0.5).every((index) => index < 20))
  t.true(parents(0.5).length > 10)
  t.deepEqual(parents(0), [0])
})
