import test from 'ava'
import { Random } from '#src/neat/random.js'
import { multiplexer, parity } from '#src/tasks/boolean.js'
import type { Task } from '#src/tasks/task.js'
import { xor } from '#src/tasks/xor.js'

/** The fitness of a genome that answers each row by a function, and whether it is a candidate. */
function score(task: Task, answer: (bits: number[]) => number) {
  const simulation = task.start(1, new Random(1))
  const rows = 2 ** task.inputs
  const inputs = new Float32Array(rows * task.inputs)
  if (simulation.observe(new Uint32Array(rows), inputs) !== rows) throw new Error('rows')
  const outputs = Float32Array.from({ length: rows }, (_, row) =>
    answer([...inputs.subarray(row * task.inputs, (row + 1) * task.inputs)]),
  )
  simulation.act(outputs)
  if (simulation.observe(new Uint32Array(rows), inputs) !== 0) throw new Error('one tick only')
  const fitness = new Float64Array(1)
  simulation.fitness(fitness)
  return { fitness: fitness[0], candidate: simulation.candidate?.(0) }
}

test('XOR scores as in the paper', (t) => {
  t.deepEqual(
    score(xor, ([a, b]) => a ^ b),
    { fitness: 16, candidate: true },
  )
  t.deepEqual(
    score(xor, ([a, b]) => a | b),
    { fitness: 9, candidate: false },
  )
  t.deepEqual(
    score(xor, () => 0.5),
    { fitness: 4, candidate: false },
  )
  t.deepEqual(
    score(xor, ([a, b]) => (a ^ b ? 0.75 : 0.25)),
    { fitness: 9, candidate: true },
  )
  t.deepEqual(
    score(xor, () => 1000),
    { fitness: 0, candidate: false },
  )
})

test('parity is whether an odd number of bits is set', (t) => {
  const odd = (bits: number[]) => bits.filter((bit) => bit === 1).length & 1
  t.deepEqual(score(parity(5), odd), { fitness: 1024, candidate: true })
})

test('a multiplexer gives the bit that the address names', (t) => {
  const six = ([a, b, ...data]: number[]) => data[a * 2 + b]
  const eleven = ([a, b, c, ...data]: number[]) => data[a * 4 + b * 2 + c]
  t.like(multiplexer(2), { name: 'multiplexer-6', inputs: 6 })
  t.like(multiplexer(3), { name: 'multiplexer-11', inputs: 11 })
  t.true(score(multiplexer(2), six).candidate)
  t.true(score(multiplexer(3), eleven).candidate)
})
