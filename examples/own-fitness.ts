// Evolves by a fitness function instead of a task: a network that bends like a sine.
//   npx tsx examples/own-fitness.ts
import { evolve, Population } from 'neatron'

const xs = Float32Array.from({ length: 64 }, (_, i) => i / 32 - 1)

const { champion, fitness, generations } = await evolve({
  inputs: 1,
  outputs: 1,
  // All genomes of a generation come at once; so one native call can answer for all of them.
  fitness(genomes) {
    const population = Population.compile(genomes)
    const genome = new Uint32Array(xs.length)
    const ys = new Float32Array(xs.length)
    const all = genomes.map((_, index) => {
      population.feedForwardRows(genome.fill(index), xs, ys, xs.length)
      const error = ys.reduce((sum, y, i) => sum + Math.abs(y - Math.sin(3 * xs[i])), 0)
      return 1 / (1 + error / xs.length)
    })
    population.dispose()
    return all
  },
  targetFitness: 0.95, // a mean error of 0.05
  config: {
    outputActivation: 'identity',
    hiddenActivations: ['tanh', 'sin'],
    addNode: 0.1,
    addConnection: 0.2,
  },
  generations: 200,
  seed: 1,
})
console.log(`fitness ${fitness.toFixed(3)} after ${generations} generations`)
console.log(
  `sin(0.6) is ${Math.sin(0.6).toFixed(3)}, the champion says ${champion.feedForward([0.2])[0].toFixed(3)}`,
)
