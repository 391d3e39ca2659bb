import { cartPole } from './cart-pole.js'
import { doublePole } from './double-pole/with-velocities.js'
import type { Task } from './task.js'
import { xor } from './xor.js'

/** The tasks that come with neatron, by name. */
export const tasks: Readonly<Record<string, Task>> = Object.fromEntries(
  [cartPole, doublePole, xor].map((task) => [task.name, task]),
)
