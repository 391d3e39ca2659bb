import test from 'ava'
import { NeatBrain } from '#src/brain/neat-brain.js'
import type { Brain } from '#src/neat/brain.js'
import { evolve } from '#src/neat/evolve.js'
import { startServer } from '#src/serve/child.js'
import { tasks } from '#src/tasks/index.js'

const GENERATIONS = 3
const POPULATION = 40

/** Evolves xor by `brain`; `midway` is called while the rows of the second generation are in flight. */
function train(brain: NeatBrain, midway: () => void) {
  let ticks = 0
  const interrupted: Brain = {
    load: (genomes) => brain.load(genomes),
    feedForwardRows: (...rows) => {
      const answer = brain.feedForwardRows(...rows)
      ticks += 1
      if (ticks === 2) setTimeout(midway, 20)
      return answer
    },
  }
  const generations = GENERATIONS
  return evolve({
    task: tasks.xor,
    brain: interrupted,
    generations,
    population: POPULATION,
    seed: 5,
  })
}

test('a server killed with -9 ends training in one clear error', async (t) => {
  const server = await startServer({ allowLoad: true })
  const brain = NeatBrain.remote({ url: server.url, retry: { baseMs: 1 } })
  const trained = train(brain, () => process.kill(server.pid, 'SIGKILL'))
  await t.throwsAsync(trained, { code: 'SERVER_UNREACHABLE' })
  await brain.close()
  await server.exited
})

test('with waitForServerMs training goes on when it is back, to the same champion', async (t) => {
  const first = await startServer({ allowLoad: true })
  const brain = NeatBrain.remote({ url: first.url, waitForServerMs: 60_000 })
  const undisturbed = await train(brain, () => undefined)
  let second: ReturnType<typeof startServer> | undefined
  const disturbed = await train(brain, async () => {
    process.kill(first.pid, 'SIGKILL')
    await first.exited
    second = startServer({ allowLoad: true, port: Number(new URL(first.url).port) })
  })
  t.not(second, undefined)
  t.deepEqual(disturbed.champion.toJSON(), undisturbed.champion.toJSON())
  t.is(disturbed.fitness, undisturbed.fitness)
  const rows = 2 * GENERATIONS * POPULATION * 4
  t.like(brain.stats(), { rows, inferCount: rows })
  await brain.close()
  await (await second)?.close()
})
