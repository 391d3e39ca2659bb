import test from 'ava'
import { completeConfig } from '#src/neat/config.js'
import { Distance } from '#src/neat/distance.js'
import { beginEvolution, Evolution } from '#src/neat/evolution.js'
import { Random } from '#src/neat/random.js'
import { type Speciation, speciate } from '#src/neat/species.js'

const config = completeConfig({ population: 80, addNode: 0.3, addConnection: 0.4 })

/** A generation whose genomes differ, and the species of the one before. */
function generation(seed: number) {
  const evolution = new Evolution(config, seed, beginEvolution(3, 2, config, seed))
  const random = new Random(seed)
  for (let n = 0; n < 12; n++) {
    evolution.advance(Float64Array.from({ length: 80 }, () => random.next()))
  }
  const { genomes, speciation } = evolution.state
  evolution.advance(new Float64Array(80).fill(1))
  return { genomes: evolution.state.genomes, speciation, elders: genomes }
}

test('each genome joins the eldest species near enough, or founds one that later ones join', (t) => {
  for (let seed = 0; seed < 10; seed++) {
    const { genomes, speciation } = generation(seed)
    const threshold = 1
    const representatives = speciation.species.map((one) => one.representative)
    const homes = genomes.map((genome) => {
      const measure = new Distance(config)
      const home = representatives.findIndex((representative) => {
        measure.from(representative)
        return measure.to(genome) < threshold
      })
      return home < 0 ? representatives.push(genome) - 1 : home
    })
    t.true(representatives.length > speciation.species.length)
    const { species, nextSpecies } = speciate({ ...speciation, threshold }, genomes, 13, config)
    const expected = representatives
      .map((representative, home) => ({
        representative,
        members: homes.flatMap((one, index) => (one === home ? [index] : [])),
      }))
      .filter(({ members }) => members.length > 0)
    t.deepEqual(
      species.map(({ members }) => members),
      expected.map(({ members }) => members),
    )
    t.true(species.every((one, n) => one.representative === expected[n].representative))
    const founded = representatives.length - speciation.species.length
    t.is(nextSpecies, speciation.nextSpecies + founded)
  }
})

test('under a threshold of 0 each genome is a species', (t) => {
  const { genomes } = generation(1)
  const none: Speciation = { species: [], nextSpecies: 5, threshold: 0 }
  const { species } = speciate(none, genomes, 0, config)
  t.deepEqual(
    species.map(({ id, members }) => [id, ...members]),
    genomes.map((_, index) => [5 + index, index]),
  )
})
