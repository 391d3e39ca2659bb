import type { Genome } from '../genome/genome.js'
import type { Evaluated, Goal } from './evaluator.js'
import type { GenerationReport } from './report.js'
import type { Species } from './species.js'

/**
 * A generation's champion. The candidates are tried by the goal's test from the fittest down until
 * one passes; with `oneTrial` a single one is, of a species that is then marked. When none does, it
 * is the fittest genome, and of equals the one that passed most.
 */
export function judge(
  goal: Goal,
  genomes: readonly Genome[],
  { fitness, candidates }: Pick<Evaluated, 'fitness' | 'candidates'>,
  species: readonly Species[] = [],
): Pick<GenerationReport, 'bestFitness' | 'solved' | 'champion' | 'championFitness' | 'test'> {
  const best = fitness.reduce((b, value, index) => (value > fitness[b] ? index : b), 0)
  const bestFitness = fitness[best]
  const tried = (goal.oneTrial ? [nextOnTrial(species, fitness) ?? best] : [...candidates.keys()])
    .filter((index) => candidates[index] === 1)
    .sort((a, b) => fitness[b] - fitness[a] || a - b)
  let fittest: { index: number; test?: GenerationReport['test'] } = { index: best }
  for (const index of tried) {
    const test = goal.test?.(genomes[index])
    if (test?.solved ?? true) {
      const champion = genomes[index]
      return { bestFitness, solved: true, champion, championFitness: fitness[index], test }
    }
    const passed = fittest.test?.passed ?? -1
    if (fitness[index] === bestFitness && test!.passed > passed) fittest = { index, test }
  }
  const { index, test } = fittest
  return {
    bestFitness,
    solved: false,
    champion: genomes[index],
    championFitness: bestFitness,
    test,
  }
}

/**
 * The best member of the fittest species whose best was not tried since it last improved, or of the
 * fittest: so Stanley's code chooses the one genome it tries in a generation of double pole without
 * velocities. Were it always the fittest, one that is fit and does not pass would keep all others
 * from their trial.
 */
function nextOnTrial(species: readonly Species[], fitness: Float64Array): number | undefined {
  const champions = species
    .map((one) => ({
      one,
      index: one.members.reduce((b, member) => (fitness[member] > fitness[b] ? member : b)),
    }))
    .sort((a, b) => fitness[b.index] - fitness[a.index])
  for (const { one, index } of champions) {
    if (fitness[index] > (one.bestOfTask ?? 0)) {
      one.bestOfTask = fitness[index]
      one.tried = false
    }
  }
  const next = champions.find(({ one }) => !one.tried) ?? champions[0]
  if (next !== undefined) next.one.tried = true
  return next?.index
}
