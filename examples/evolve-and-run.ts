// Evolves a cart-pole controller, then calls it from a loop at the cost of a function call.
//   npx tsx examples/evolve-and-run.ts
import { evolve, tasks } from 'neatron'

const { champion, solved, generations } = await evolve({
  task: tasks['cart-pole'],
  generations: 50,
  seed: 1,
  onGeneration: ({ generation, bestFitness, species }) =>
    console.log(`generation ${generation}: best ${bestFitness.toFixed(3)}, ${species} species`),
})
console.log(solved ? `solved after ${generations} generations` : 'not solved; try another seed')

const network = champion.compile()
const inputs = new Float32Array(network.inputSize)
const outputs = new Float32Array(network.outputSize)
const think = network.bind(inputs, outputs)

// Your loop: write what the controller senses, think, read what it wants.
inputs.set([0.1, 0, -0.02, 0])
think()
console.log(outputs[0] > 0.5 ? 'push right' : 'push left')
