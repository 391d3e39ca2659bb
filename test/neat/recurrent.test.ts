import test from 'ava'
import { defineTask, evolve, NeatBrain } from 'neatron'
import type { Genome } from '#src/genome/genome.js'
import { completeConfig } from '#src/neat/config.js'
import { beginEvolution, Evolution } from '#src/neat/evolution.js'
import { Random } from '#src/neat/random.js'

/** Ticks between the cue and the question. */
const DELAYS = [1, 2, 3]

/** What an episode shows: the cue at its first tick, the question (second input) at its last. */
function sense(tick: number, cue: number, delay: number, inputs: Float32Array): void {
  inputs[0] = tick === 0 ? cue : 0
  inputs[1] = tick > delay ? 1 : 0
}

/** Whether a network tells the cue, which it saw some ticks ago, in each of all episodes. */
function recalls(champion: Genome): number {
  const network = champion.compile()
  const inputs = new Float32Array(2)
  const outputs = new Float32Array(1)
  let passed = 0
  for (const cue of [-1, 1]) {
    for (const delay of DELAYS) {
      network.reset()
      for (let tick = 0; tick <= delay + 1; tick++) {
        sense(tick, cue, delay, inputs)
        network.feedForward(inputs, outputs)
      }
      if (outputs[0] > 0.5 === cue > 0) passed++
    }
  }
  return passed
}

/**
 * Recall: at the last tick the output should be above 0.5 if the cue was 1, below if it was -1. A
 * network without memory sees the same row there in every episode.
 */
const recall = defineTask({
  name: 'recall',
  inputs: 2,
  outputs: 1,
  targetFitness: 0.75,
  episodes: 2 * DELAYS.length,
  start(random) {
    // Episodes are told apart by their random numbers alone: here by chance.
    const cue = random.below(2) === 0 ? -1 : 1
    const delay = DELAYS[random.below(DELAYS.length)]
    let tick = 0
    let fitness = 0
    return {
      observe: (inputs) => sense(tick, cue, delay, inputs),
      act(outputs) {
        fitness = 1 - Math.abs((cue > 0 ? 1 : 0) - outputs[0])
        return tick++ <= delay
      },
      get fitness() {
        return fitness
      },
    }
  },
  test(champion) {
    const passed = recalls(champion)
    return { solved: passed === 2 * DELAYS.length, passed, episodes: 2 * DELAYS.length }
  },
})

const config = { recurrent: true, addConnection: 0.2 }

test('evolution finds a network that remembers', async (t) => {
  const brain = NeatBrain.inProcess()
  const { solved, champion, generations } = await evolve({
    task: recall,
    generations: 150,
    population: 150,
    seed: 1,
    config,
    brain,
  })
  await brain.close()
  t.true(solved)
  t.true(champion.recurrent)
  t.is(recalls(champion), 2 * DELAYS.length)
  t.log(`${generations} generations, ${champion.connectionCount} connections`)
})

test('without recurrent connections nothing remembers', async (t) => {
  const { solved, champion } = await evolve({
    task: recall,
    generations: 10,
    population: 50,
    seed: 1,
  })
  t.false(solved)
  t.false(champion.recurrent)
})

test('recurrent genomes get loops, cycles and outputs as sources; others never', (t) => {
  const shapes = { loops: 0, fromOutputs: 0 }
  for (const recurrent of [true, false]) {
    const changes = { population: 60, addConnection: 0.5, addNode: 0.3, recurrent }
    const config = completeConfig(changes)
    const evolution = new Evolution(config, 1, beginEvolution(2, 2, config, 1))
    for (let generation = 0; generation < 15; generation++) {
      const random = new Random(2, generation)
      evolution.advance(Float64Array.from({ length: 60 }, () => random.next()))
      for (const genome of evolution.state.genomes) {
        t.is(genome.recurrent, recurrent)
        t.notThrows(() => genome.compile())
        if (!recurrent) continue
        for (const { from, to } of genome.toJSON().connections) {
          if (from === to) shapes.loops++
          if (from === 2 || from === 3) shapes.fromOutputs++
        }
      }
    }
  }
  t.true(shapes.loops > 0)
  t.true(shapes.fromOutputs > 0)
})

test('a run is the same whatever the order in which its rows are asked', async (t) => {
  const run = async (brain: NeatBrain, whole: boolean) => {
    const { champion } = await evolve({
      task: recall,
      generations: 5,
      population: 30,
      seed: 3,
      config,
      brain: whole
        ? brain
        : {
            load: (genomes) => brain.load(genomes),
            // One row at a time, backwards.
            async feedForwardRows(genome, inputs, outputs, rows, slots) {
              for (let row = rows - 1; row >= 0; row--) {
                await brain.feedForwardRows(
                  genome.subarray(row, row + 1),
                  inputs.subarray(2 * row, 2 * row + 2),
                  outputs.subarray(row, row + 1),
                  1,
                  slots?.subarray(row, row + 1),
                )
              }
            },
          },
    })
    await brain.close()
    return champion.toJSON()
  }
  t.deepEqual(await run(NeatBrain.inProcess(), false), await run(NeatBrain.inProcess(), true))
})
