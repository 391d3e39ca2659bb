import test from 'ava'
import { tasks } from '#src/tasks/index.js'
import { evolveInProcess } from '../neat/runs.js'

for (const [name, generations] of [
  ['xor', 100],
  ['cart-pole', 50],
] as const) {
  test(`${name} is solved for 20 of 20 seeds`, async (t) => {
    for (let seed = 1; seed <= 20; seed++) {
      const { solved } = await evolveInProcess({ task: tasks[name], seed, generations })
      t.true(solved, `seed ${seed}`)
    }
  })
}
