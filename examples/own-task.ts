// A task of your own in 20 lines: stop a sled on the mark, by pushing it left or right.
//   npx tsx examples/own-task.ts
import { defineTask, evolve } from 'neatron'

const sled = defineTask({
  name: 'sled',
  inputs: 2,
  outputs: 1,
  episodes: 4, // for each genome in each generation
  targetFitness: 0.9, // mean of its episodes
  start(random) {
    let [place, speed, ticks] = [random.signed(), random.signed() * 0.1, 0]
    return {
      observe: (inputs) => inputs.set([place, speed * 10]),
      act([push]) {
        speed += (push - 0.5) * 0.02
        place += speed
        return ++ticks < 100 && Math.abs(place) < 2 // false: over
      },
      get fitness() {
        return ticks < 100 ? 0 : 1 / (1 + 10 * Math.abs(place) + 100 * Math.abs(speed))
      },
    }
  },
})
const { champion, solved, generations } = await evolve({ task: sled, seed: 1 })
console.log(solved ? `solved after ${generations} generations` : 'not solved; try another seed')
console.log(`at 0.5, standing: push ${(champion.feedForward([0.5, 0])[0] - 0.5).toFixed(2)}`)
