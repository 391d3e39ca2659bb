/**
 * neat-javascript, the one library of npm that is NEAT as the paper has it (innovation numbers,
 * species, crossover by alignment), loads in Node 20 and solves both problems. It gets the same
 * parameters as neatron, feed-forward networks and the paper's sigmoid. It is under the GPL:
 * measured, never shipped.
 */
import { createRequire } from 'node:module'
import type { Config as NeatronConfig } from 'neatron'
import { type Contender, Judge, mean, type RunOptions } from '../contender.js'
import { configOf } from '../own.js'

interface Genome {
  nodeGenes: { nodeType: string }[]
  connectionGenes: { enabled: boolean }[]
  propagate(inputs: readonly number[]): number[]
}
interface NeatJavascript {
  Config: new (options: object) => object
  Population: new (
    config: object,
  ) => {
    genomes: Genome[]
    evaluatePopulation(): void
    evolve(): void
  }
}

const { Config, Population } = createRequire(import.meta.url)('neat-javascript') as NeatJavascript

function parameters(neatron: NeatronConfig): object {
  return {
    populationSize: neatron.population,
    activationFunction: 'NEATSigmoid',
    allowRecurrentConnections: false,
    minWeight: -neatron.maxWeight,
    maxWeight: neatron.maxWeight,
    minPerturb: -neatron.perturbation,
    maxPerturb: neatron.perturbation,
    reinitializeWeightRate: 1 - neatron.perturbWeight,
    weightMutationRate: neatron.mutateWeights,
    addConnectionMutationRate: neatron.addConnection,
    addNodeMutationRate: neatron.addNode,
    survivalRate: neatron.survivalThreshold,
    compatibilityThreshold: neatron.compatibilityThreshold,
    dropOffAge: neatron.stagnation,
    weightInitialization: {
      type: 'Random',
      params: [-neatron.weightRange, neatron.weightRange],
    },
  }
}

function begin(options: RunOptions) {
  const { problem } = options
  const judge = new Judge(options)
  const population = new Population(
    new Config({
      ...parameters(configOf(options)),
      inputSize: problem.inputs,
      outputSize: 1,
      fitnessFunction: {
        calculateFitness: (genome: Genome) =>
          judge.fitness((inputs) => genome.propagate(inputs)[0]),
      },
    }),
  )
  return {
    async generation() {
      population.evaluatePopulation()
      const solved = judge.next()
      if (!solved) population.evolve()
      return solved
    },
    size: () => ({
      connections: mean(
        population.genomes,
        ({ connectionGenes }) => connectionGenes.filter(({ enabled }) => enabled).length,
      ),
      hidden: mean(
        population.genomes,
        ({ nodeGenes }) => nodeGenes.filter(({ nodeType }) => nodeType === 'HIDDEN').length,
      ),
    }),
  }
}

export const neatJavascript: Contender = { name: 'neat-javascript', begin }
