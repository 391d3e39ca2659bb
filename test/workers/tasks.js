// Tasks that go wrong in a worker thread, each in its way; and one that does not. JavaScript, which
// threads of every Node can import.
import { defineTask, NeatronError, tasks } from 'neatron'

/** @type {(name: string, act: () => boolean, fitness?: number) => import('neatron').Task} */
const made = (name, act, fitness = 1) =>
  defineTask({
    name,
    inputs: 1,
    outputs: 1,
    targetFitness: Infinity,
    start: () => ({
      observe(inputs) {
        inputs[0] = 0
      },
      act,
      fitness,
    }),
  })

class Mine extends Error {
  name = 'Mine'
  /** What no message can carry. */
  handler = () => {}
}

export const throws = made('throws', () => {
  throw new Mine('the task is at fault')
})
export const throwsTyped = made('throws-typed', () => {
  throw new NeatronError('ROWS_INVALID', 'typed')
})
export const throwsOdd = made('throws-odd', () => {
  throw { odd: () => {} }
})
export const exits = made('exits', () => process.exit(7))
export const hangs = made('hangs', () => {
  for (;;);
})
export const notFinite = made('not-finite', () => false, Number.NaN)
/** Too much for the memory of any worker. */
export const hoards = made('hoards', () => {
  const all = []
  for (;;) all.push(new Array(1e5).fill(all.length))
})

/** Cart-pole that goes on when it is solved. */
export default { ...tasks['cart-pole'], name: 'endless', targetFitness: Infinity }
