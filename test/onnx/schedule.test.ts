import test from 'ava'
import fc from 'fast-check'
import { Genome } from '#src/genome/genome.js'
import { type Plan, planGenome } from '#src/native/addon.js'
import { FAMILIES, type Rounding } from '#src/onnx/families.js'
import { gathered } from '#src/onnx/schedule.js'

/** The nodes of a plan by id: where they are, and all that they compute from. */
function nodesOf(plan: Plan) {
  const idOf = (slot: number) =>
    slot < plan.inputSize ? `input ${slot}` : plan.nodeIds[slot - plan.inputSize]
  return Array.from(plan.nodeIds, (id, node) => {
    const [from, to] = [plan.rowOffsets[node], plan.rowOffsets[node + 1]]
    return {
      id,
      activation: plan.activations[node],
      bias: plan.biases[node],
      sources: Array.from(plan.sources.subarray(from, to), idOf),
      weights: Array.from(plan.weights.subarray(from, to)),
      output: plan.outputSlots.indexOf(plan.inputSize + node),
    }
  }).sort((a, b) => a.id - b.id)
}

/** For each depth the activations of its nodes. */
function depthsOf({ depthOffsets, activations }: Plan): number[][] {
  return Array.from({ length: depthOffsets.length - 1 }, (_, depth) =>
    Array.from(activations.subarray(depthOffsets[depth], depthOffsets[depth + 1])),
  )
}

const planned = fc
  .record({
    inputs: fc.integer({ min: 1, max: 5 }),
    outputs: fc.integer({ min: 1, max: 4 }),
    hidden: fc.integer({ min: 0, max: 40 }),
    connections: fc.integer({ min: 1, max: 120 }),
    seed: fc.integer({ min: 0, max: 1e6 }),
  })
  .map((options) => planGenome(Genome.random(options).words))

/** A list without repeated neighbours. */
const runs = <T>(list: readonly T[]) => list.filter((one, at) => at === 0 || one !== list[at - 1])

const rounding = fc.constantFrom<Rounding>('standard', 'native')

test('gathering moves nodes, and changes nothing that they compute', (t) => {
  fc.assert(
    fc.property(planned, rounding, (plan, way) => {
      const moved = gathered(plan, way)
      t.deepEqual(nodesOf(moved), nodesOf(plan))
      t.is(moved.depthOffsets.length, plan.depthOffsets.length)
      t.is(moved.depthOffsets.at(-1), plan.depthOffsets.at(-1))
    }),
    { numRuns: 300 },
  )
})

test('every node stays behind its sources, and those of a family stand together', (t) => {
  fc.assert(
    fc.property(planned, rounding, (plan, way) => {
      const moved = gathered(plan, way)
      for (const [depth, first] of moved.depthOffsets.slice(0, -1).entries()) {
        const last = moved.depthOffsets[depth + 1]
        const sources = moved.sources.subarray(moved.rowOffsets[first], moved.rowOffsets[last])
        t.true(sources.every((slot) => slot < moved.inputSize + first))
      }
      for (const activations of depthsOf(moved)) {
        t.true(activations.length > 0)
        t.is(runs(activations).length, new Set(activations).size)
        const families = activations.map((one) => FAMILIES[way][one])
        t.is(runs(families).length, new Set(families).size)
      }
    }),
    { numRuns: 300 },
  )
})

test('activations are at fewer depths', (t) => {
  const spread = (plan: Plan, way: Rounding) =>
    depthsOf(plan).reduce((sum, depth) => {
      return sum + new Set(depth.map((activation) => FAMILIES[way][activation])).size
    }, 0)
  const plans = Array.from({ length: 50 }, (_, seed) =>
    planGenome(Genome.random({ inputs: 4, outputs: 3, hidden: 40, connections: 120, seed }).words),
  )
  for (const way of ['standard', 'native'] as const) {
    const total = (all: readonly Plan[]) => all.reduce((sum, plan) => sum + spread(plan, way), 0)
    const moved = plans.map((plan) => gathered(plan, way))
    t.true(total(moved) < 0.9 * total(plans))
  }
})
