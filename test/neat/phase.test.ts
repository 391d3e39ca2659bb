import test from 'ava'
import { completeConfig } from '#src/neat/config.js'
import { beginEvolution, Evolution } from '#src/neat/evolution.js'
import { nextPhase } from '#src/neat/phase.js'

test('growth by so many connections begins pruning, and no new low ends it', (t) => {
  const config = completeConfig({ pruneAfter: 10 })
  let phase = { pruning: false, connections: 5, stalled: 0 }
  const step = (connections: number) => {
    phase = nextPhase(phase, connections, config)
    return phase.pruning
  }
  t.false(step(14.9))
  t.true(step(15))
  t.true(step(14))
  t.true(step(9))
  for (let n = 0; n < 4; n++) t.true(step(9))
  t.false(step(9))
  t.false(step(18))
  t.true(step(19))
})

test('without pruneAfter nothing is pruned', (t) => {
  const phase = { pruning: false, connections: 0, stalled: 0 }
  t.is(nextPhase(phase, 1e9, completeConfig()), phase)
})

test('complexity rises and falls in phases', (t) => {
  const config = completeConfig({
    population: 30,
    pruneAfter: 6,
    addNode: 0.3,
    addConnection: 0.5,
    removeConnection: 0.7,
  })
  const evolution = new Evolution(config, 1, beginEvolution(2, 1, config, 1))
  const means: number[] = []
  let turns = 0
  let pruning = false
  for (let generation = 0; generation < 150; generation++) {
    evolution.advance(new Float64Array(30).fill(1))
    const { genomes, phase } = evolution.state
    means.push(genomes.reduce((sum, genome) => sum + genome.connectionCount, 0) / 30)
    if (phase.pruning !== pruning) turns++
    pruning = phase.pruning
  }
  t.true(turns >= 4)
  t.true(Math.max(...means) < 30)
})

test('a penalty makes the smaller of two equals the fitter', (t) => {
  const config = completeConfig({ population: 40, complexityPenalty: 0.1, addConnection: 0.5 })
  const without = completeConfig({ population: 40, addConnection: 0.5 })
  const mean = (settings: typeof config) => {
    const evolution = new Evolution(settings, 3, beginEvolution(4, 2, settings, 3))
    for (let n = 0; n < 40; n++) evolution.advance(new Float64Array(40).fill(5))
    return evolution.state.genomes.reduce((sum, genome) => sum + genome.connectionCount, 0) / 40
  }
  t.true(mean(config) < mean(without) * 0.8)
})

test('the threshold is steered towards the number of species', (t) => {
  const config = completeConfig({ population: 100, targetSpecies: 8, thresholdStep: 0.2 })
  const evolution = new Evolution(config, 1, beginEvolution(3, 1, config, 1))
  const counts: number[] = []
  for (let n = 0; n < 60; n++) {
    evolution.advance(new Float64Array(100).fill(1))
    counts.push(evolution.state.speciation.species.length)
  }
  const late = counts.slice(30)
  const mean = late.reduce((a, b) => a + b, 0) / late.length
  t.true(Math.abs(mean - 8) < 3, `${counts}`)
})

test('activations mutate among those allowed', (t) => {
  const config = completeConfig({
    population: 30,
    addNode: 0.3,
    hiddenActivations: ['tanh', 'gaussian'],
    mutateActivation: 0.5,
  })
  const evolution = new Evolution(config, 1, beginEvolution(2, 1, config, 1))
  for (let n = 0; n < 10; n++) evolution.advance(new Float64Array(30).fill(1))
  const byId = new Map<number, Set<string>>()
  for (const genome of evolution.state.genomes) {
    for (const { id, kind, activation = '' } of genome.toJSON().nodes) {
      if (kind === 'hidden') byId.set(id, (byId.get(id) ?? new Set()).add(activation))
    }
  }
  t.deepEqual([...(byId.get(3) ?? [])], ['identity'])
  byId.delete(3)
  const seen = [...byId.values()]
  t.deepEqual([...new Set(seen.flatMap((set) => [...set]))].sort(), ['gaussian', 'tanh'])
  t.true(seen.some((set) => set.size === 2))
})
