import test from 'ava'
import { Genome } from '#src/genome/genome.js'
import { judge } from '#src/neat/champion.js'
import type { Goal } from '#src/neat/evaluator.js'

const genomes = Array.from({ length: 5 }, (_, seed) =>
  Genome.random({ inputs: 1, outputs: 1, seed }),
)

/** A goal whose test lets genomes pass so many of 10 episodes, and what it tried. */
function goal(passes: number[], oneTrial = false): { goal: Goal; tried: number[] } {
  const tried: number[] = []
  return {
    tried,
    goal: {
      ...{ name: 'g', inputs: 1, outputs: 1, targetFitness: 5, oneTrial },
      test(genome) {
        const index = genomes.indexOf(genome)
        tried.push(index)
        return { solved: passes[index] === 10, passed: passes[index], episodes: 10 }
      },
    },
  }
}

const evaluated = (fitness: number[], candidates = fitness.map((one) => (one >= 5 ? 1 : 0))) => ({
  fitness: Float64Array.from(fitness),
  candidates: Uint8Array.from(candidates),
})

test('candidates are tried from the fittest down until one passes', (t) => {
  const { goal: tested, tried } = goal([0, 3, 10, 10, 0])
  const { champion, ...rest } = judge(tested, genomes, evaluated([1, 7, 6, 5, 8]))
  t.deepEqual(tried, [4, 1, 2])
  t.is(champion, genomes[2])
  t.deepEqual(rest, {
    ...{ bestFitness: 8, championFitness: 6, solved: true },
    test: { solved: true, passed: 10, episodes: 10 },
  })
})

test('when none passes, the champion is the fittest, and of equals the one that passed most', (t) => {
  const { goal: tested, tried } = goal([9, 3, 5, 5, 0])
  const { champion, solved, test: result } = judge(tested, genomes, evaluated([7, 8, 8, 8, 1]))
  t.deepEqual(tried, [1, 2, 3, 0])
  t.is(champion, genomes[2])
  t.false(solved)
  t.is(result?.passed, 5)
})

test('where only the fittest may be tried, no other is', (t) => {
  const { goal: tested, tried } = goal([10, 10, 10, 10, 10], true)
  const none = judge(tested, genomes, evaluated([1, 2, 3, 4, 5], [1, 1, 1, 1, 0]))
  t.deepEqual(tried, [])
  t.like(none, { solved: false, test: undefined, champion: genomes[4] })
  t.true(judge(tested, genomes, evaluated([1, 2, 3, 4, 5])).solved)
  t.deepEqual(tried, [4])
})

test('without a test the fittest candidate solves; without a candidate nothing does', (t) => {
  const { test: _, ...untested } = goal([]).goal
  t.like(judge(untested, genomes, evaluated([1, 7, 9, 9, 0])), {
    solved: true,
    champion: genomes[2],
    test: undefined,
  })
  t.like(judge(untested, genomes, evaluated([1, 2, 4, 4, 0])), {
    solved: false,
    champion: genomes[2],
    championFitness: 4,
  })
})

for (const penalty of [0, 3]) {
  test(`one trial a generation goes from species to species, and back to one that improves, complexity costs ${penalty}`, (t) => {
    const { goal: tested, tried } = goal([0, 0, 0, 0, 0], true)
    const species = [
      { id: 0, members: [0, 1], bestFitness: 0, lastImproved: 0, representative: genomes[0] },
      { id: 1, members: [2, 3, 4], bestFitness: 0, lastImproved: 0, representative: genomes[2] },
    ]
    const generation = (fitness: number[]) => {
      judge(tested, genomes, evaluated(fitness), species)
      for (const one of species) {
        const best = Math.max(...one.members.map((member) => fitness[member] - penalty))
        one.bestFitness = Math.max(one.bestFitness, best)
      }
    }
    generation([9, 8, 6, 7, 5])
    generation([9, 8, 6, 7, 5])
    // All were tried: the fittest again.
    generation([9, 8, 6, 7, 5])
    generation([9, 8, 6, 7, 8])
    t.deepEqual(tried, [0, 3, 0, 4])
  })
}
