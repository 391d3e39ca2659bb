import { multiplexer, parity } from './boolean.js'
import { cartPole } from './cart-pole.js'
import { doublePole } from './double-pole/with-velocities.js'
import { doublePoleWithoutVelocities } from './double-pole/without-velocities.js'
import { skirmish } from './skirmish.js'
import type { Task } from './task.js'
import { xor } from './xor.js'

/** The tasks that come with neatron, by name. */
export const tasks: Readonly<Record<string, Task>> = Object.fromEntries(
  [
    cartPole,
    doublePole,
    doublePoleWithoutVelocities,
    skirmish,
    xor,
    parity(3),
    parity(4),
    multiplexer(2),
    multiplexer(3),
  ].map((task) => [task.name, task]),
)
