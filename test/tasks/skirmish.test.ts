import test from 'ava'
import { Random } from '#src/neat/random.js'
import { skirmish } from '#src/tasks/skirmish.js'

type Rule = (inputs: Float32Array) => [thrust: number, turn: number, fire: number]

/** Fights one battle for each rule and returns the rows of each tick and the fitness. */
function battle(rules: Rule[], seed: number) {
  const simulation = skirmish.start(rules.length, new Random(seed))
  const genome = new Uint32Array(simulation.maxRows)
  const inputs = new Float32Array(simulation.maxRows * skirmish.inputs)
  const outputs = new Float32Array(simulation.maxRows * skirmish.outputs)
  const rows: number[] = []
  const first = new Float32Array(inputs.length)
  for (;;) {
    const asked = simulation.observe(genome, inputs)
    if (asked === 0) break
    if (rows.length === 0) first.set(inputs)
    rows.push(asked)
    for (let row = 0; row < asked; row++) {
      const sensed = inputs.subarray(row * skirmish.inputs, (row + 1) * skirmish.inputs)
      if (!sensed.every((value) => Math.abs(value) <= 1)) throw new Error(`${sensed}`)
      outputs.set(rules[genome[row]](sensed), row * skirmish.outputs)
    }
    simulation.act(outputs)
  }
  const fitness = new Float64Array(rules.length)
  simulation.fitness(fitness)
  return { rows, fitness, first }
}

const still: Rule = () => [0.5, 0.5, 0]
/** Turns to the nearest foe by the sine of its direction, closes in, and fires at will. */
const hunter: Rule = (sensed) => [0.7, 0.5 + 0.5 * sensed[10], sensed[9] > 0.9 ? 1 : 0]

test('all four agents ask their genome; genomes share their starts', (t) => {
  const { rows, first } = battle([still, still], 1)
  t.is(rows[0], 8)
  const half = 4 * skirmish.inputs
  t.deepEqual(first.slice(0, half), first.slice(half, 2 * half))
})

test('standing still loses, and scores nothing', (t) => {
  const { rows, fitness } = battle([still], 2)
  t.is(fitness[0], 0)
  // The fallen ask no more, and a battle that is decided ends.
  t.true(rows.length < 200 && rows[rows.length - 1] < 4)
})

test('hunting does damage', (t) => {
  const { fitness } = battle(new Array(3).fill(hunter), 3)
  t.true(fitness[0] > 0 && fitness[0] <= 24)
  t.is(fitness[1], fitness[0])
})

test('a seed decides the battle', (t) => {
  t.deepEqual(battle([hunter, still], 5), battle([hunter, still], 5))
  t.notDeepEqual(battle([hunter], 5).first, battle([hunter], 6).first)
})
