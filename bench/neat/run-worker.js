/**
 * A thread of `runs.ts`: evolves what it is asked for and tells what came of it. JavaScript, for
 * Node 20 loads no TypeScript in worker threads.
 */
import { parentPort } from 'node:worker_threads'
import { evolve, tasks } from 'neatron'

parentPort.on('message', async ({ task, seed, generations, config }) => {
  const result = await evolve({ task: tasks[task], seed, generations, config })
  const { nodes, connections } = result.champion.toJSON()
  parentPort.postMessage({
    seed,
    solved: result.solved,
    evaluations: result.evaluations,
    generations: result.generations,
    hidden: nodes.filter(({ kind }) => kind === 'hidden').length - 1,
    connections: connections.filter(({ enabled }) => enabled !== false).length,
    passed: result.solved ? tasks[task].test?.(result.champion).passed : undefined,
  })
})
