// Evolves for a task of another file, in two worker threads, and looks at each generation.
//   npx tsx examples/workers.ts
import { evolution } from 'neatron'

const run = evolution({
  task: new URL('./pursuit.js', import.meta.url),
  workers: 2, // the result is the same for any number
  generations: 30,
  seed: 1,
})
for await (const { generation, bestFitness, solved, champion } of run) {
  console.log(`generation ${generation}: best ${bestFitness.toFixed(3)}`)
  if (solved) console.log(`solved with ${champion.connectionCount} connections`)
}
