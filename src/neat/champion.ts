import type { Genome } from '../genome/genome.js'
import type { Evaluated, Goal } from './evaluator.js'
import type { GenerationReport } from './report.js'

/**
 * A generation's champion. The candidates are tried by the goal's test from the fittest down until
 * one passes. When none does, it is the fittest genome, and of equals the one that passed most.
 */
export function judge(
  goal: Goal,
  genomes: readonly Genome[],
  { fitness, candidates }: Pick<Evaluated, 'fitness' | 'candidates'>,
): Pick<GenerationReport, 'bestFitness' | 'solved' | 'champion' | 'championFitness' | 'test'> {
  const best = fitness.reduce((b, value, index) => (value > fitness[b] ? index : b), 0)
  const bestFitness = fitness[best]
  const tried = Array.from(candidates.keys())
    .filter((index) => candidates[index] === 1 && (!goal.onlyFittest || index === best))
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
