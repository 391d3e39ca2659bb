/**
 * Whether worker threads pay: milliseconds that a generation's evaluation takes without any and
 * with 1, 2 and as many as there are cores. Each number of workers runs the same generations, in
 * rotated order; the first ones, in which code is compiled, do not count.
 *
 *     npm run bench:workers
 */
import { availableParallelism } from 'node:os'
import Table from 'cli-table3'
import { evolution, type Task, tasks } from 'neatron'

const WARM_UP = 20
const ROUNDS = 2
const WORKERS = [...new Set([undefined, 1, 2, availableParallelism()])]

const LOADS: { task: Task; population: number; generations: number }[] = [
  { task: tasks['parity-4'], population: 150, generations: 40 },
  { task: tasks.skirmish, population: 150, generations: 40 },
  { task: tasks.skirmish, population: 1000, generations: 28 },
]

async function evaluation(
  { task, population, generations }: (typeof LOADS)[number],
  workers: number | undefined,
): Promise<number[]> {
  const ms: number[] = []
  for await (const report of evolution({ task, population, generations, seed: 5, workers })) {
    if (report.generation >= WARM_UP) ms.push(report.times.evaluate)
  }
  return ms
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]

const table = new Table({
  head: ['task, population', ...WORKERS.map((n) => (n === undefined ? 'no workers' : `${n}`))],
  style: { head: [], border: [] },
})
for (const load of LOADS) {
  const samples = WORKERS.map((): number[] => [])
  for (let round = 0; round < ROUNDS; round++) {
    for (let turn = 0; turn < WORKERS.length; turn++) {
      const index = (round + turn) % WORKERS.length
      samples[index].push(...(await evaluation(load, WORKERS[index])))
    }
  }
  const cells = samples.map((ms) => `${median(ms).toFixed(1)} ms`)
  table.push([`${load.task.name}, ${load.population}`, ...cells])
}
console.log(`Evaluation of a generation, median; ${availableParallelism()} cores`)
console.log(table.toString())
