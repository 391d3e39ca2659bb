// Two poles of different length hinged on one cart: Wieland, "Evolving neural network controllers
// for unstable systems" (1991), with the constants of Stanley's experiments. SI units.
const GRAVITY = -9.8
const CART_MASS = 1.0
const LONG = pole(0.1, 0.5)
const SHORT = pole(0.01, 0.05)
/** Friction of the poles' hinges. */
const POLE_FRICTION = 0.000002
/** Step of integration, and how many of them an action lasts. */
const STEP_S = 0.01
const STEPS_PER_ACTION = 2
const MAX_FORCE = 20

const TRACK = 2.4
const FALL = (36 * Math.PI) / 180

function pole(mass: number, halfLength: number) {
  return { mass, halfLength, moment: mass * halfLength }
}

/** Numbers of a state: position, speed, and angle and angular speed of the long and the short pole. */
export const STATE = 6

/** Accelerations of the cart, the long and the short pole: what `accelerate` answers with. */
const accelerations = new Float64Array(3)

/**
 * The accelerations under a force, in angles and angular speeds. Written out for two poles: numbers
 * that stay in registers make it nearly twice as fast as loops over arrays.
 */
function accelerate(
  long: number,
  longSpeed: number,
  short: number,
  shortSpeed: number,
  force: number,
): void {
  const longCos = Math.cos(long)
  const shortCos = Math.cos(short)
  const longSin = Math.sin(long)
  const shortSin = Math.sin(short)
  // What pulls the poles but the cart: weight and friction. The cart's part follows below.
  const longPull = (POLE_FRICTION * longSpeed) / LONG.moment + GRAVITY * longSin
  const shortPull = (POLE_FRICTION * shortSpeed) / SHORT.moment + GRAVITY * shortSin
  const push =
    force +
    (LONG.moment * longSpeed * longSpeed * longSin + 0.75 * LONG.mass * longCos * longPull) +
    (SHORT.moment * shortSpeed * shortSpeed * shortSin + 0.75 * SHORT.mass * shortCos * shortPull)
  const mass =
    CART_MASS +
    LONG.mass * (1 - 0.75 * longCos * longCos) +
    SHORT.mass * (1 - 0.75 * shortCos * shortCos)
  const cart = push / mass
  accelerations[0] = cart
  accelerations[1] = (-0.75 * (cart * longCos + longPull)) / LONG.halfLength
  accelerations[2] = (-0.75 * (cart * shortCos + shortPull)) / SHORT.halfLength
}

/** One step of the classical Runge-Kutta method of the fourth order. */
function integrate(state: Float64Array, at: number, force: number): void {
  const half = STEP_S / 2
  const speed = state[at + 1]
  const long = state[at + 2]
  const longSpeed = state[at + 3]
  const short = state[at + 4]
  const shortSpeed = state[at + 5]

  accelerate(long, longSpeed, short, shortSpeed, force)
  const [cart1, long1, short1] = [accelerations[0], accelerations[1], accelerations[2]]
  const speed2 = speed + half * cart1
  const longSpeed2 = longSpeed + half * long1
  const shortSpeed2 = shortSpeed + half * short1

  accelerate(long + half * longSpeed, longSpeed2, short + half * shortSpeed, shortSpeed2, force)
  const [cart2, long2, short2] = [accelerations[0], accelerations[1], accelerations[2]]
  const speed3 = speed + half * cart2
  const longSpeed3 = longSpeed + half * long2
  const shortSpeed3 = shortSpeed + half * short2

  accelerate(long + half * longSpeed2, longSpeed3, short + half * shortSpeed2, shortSpeed3, force)
  const [cart3, long3, short3] = [accelerations[0], accelerations[1], accelerations[2]]
  const speed4 = speed + STEP_S * cart3
  const longSpeed4 = longSpeed + STEP_S * long3
  const shortSpeed4 = shortSpeed + STEP_S * short3

  accelerate(
    long + STEP_S * longSpeed3,
    longSpeed4,
    short + STEP_S * shortSpeed3,
    shortSpeed4,
    force,
  )
  const sixth = STEP_S / 6
  state[at] += sixth * (speed + 2 * (speed2 + speed3) + speed4)
  state[at + 1] += sixth * (cart1 + 2 * (cart2 + cart3) + accelerations[0])
  state[at + 2] += sixth * (longSpeed + 2 * (longSpeed2 + longSpeed3) + longSpeed4)
  state[at + 3] += sixth * (long1 + 2 * (long2 + long3) + accelerations[1])
  state[at + 4] += sixth * (shortSpeed + 2 * (shortSpeed2 + shortSpeed3) + shortSpeed4)
  state[at + 5] += sixth * (short1 + 2 * (short2 + short3) + accelerations[2])
}

/**
 * Moves the cart whose state stands at an offset on by one action of 0.02 s: a push of
 * (output - 0.5) x 20 N. False once a pole leans over 36 degrees or the cart is beyond 2.4 m.
 */
export function push(state: Float64Array, at: number, output: number): boolean {
  const force = (output - 0.5) * MAX_FORCE
  for (let step = 0; step < STEPS_PER_ACTION; step++) integrate(state, at, force)
  return (
    Math.abs(state[at]) <= TRACK &&
    Math.abs(state[at + 2]) <= FALL &&
    Math.abs(state[at + 4]) <= FALL
  )
}
