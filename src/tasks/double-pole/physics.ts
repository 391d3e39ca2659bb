// Two poles of different length hinged on one cart: Wieland, "Evolving neural network controllers
// for unstable systems" (1991), with the constants of Stanley's experiments. SI units.
const GRAVITY = -9.8
const CART_MASS = 1.0
const POLE_MASS = [0.1, 0.01]
const HALF_LENGTH = [0.5, 0.05]
/** Friction of the poles' hinges. */
const POLE_FRICTION = 0.000002
/** Step of integration, and how many of them an action lasts. */
const STEP_S = 0.01
const STEPS_PER_ACTION = 2
const MAX_FORCE = 20

const TRACK = 2.4
const FALL = (36 * Math.PI) / 180

/** Numbers of a state: position, speed, and angle and angular speed of the long and the short pole. */
export const STATE = 6

// Scratch of one integration step; nothing survives a call.
const k1 = new Float64Array(STATE)
const k2 = new Float64Array(STATE)
const k3 = new Float64Array(STATE)
const k4 = new Float64Array(STATE)
const probe = new Float64Array(STATE)

/** Writes the time derivative of the state at an offset. */
function derive(state: Float64Array, at: number, force: number, into: Float64Array): void {
  let push = force
  let mass = CART_MASS
  for (let pole = 0; pole < 2; pole++) {
    const theta = state[at + 2 + 2 * pole]
    const speed = state[at + 3 + 2 * pole]
    const sin = Math.sin(theta)
    const cos = Math.cos(theta)
    const moment = POLE_MASS[pole] * HALF_LENGTH[pole]
    // What pulls the pole but the cart: weight and friction. The cart's part follows below.
    const pull = (POLE_FRICTION * speed) / moment + GRAVITY * sin
    push += moment * speed * speed * sin + 0.75 * POLE_MASS[pole] * cos * pull
    mass += POLE_MASS[pole] * (1 - 0.75 * cos * cos)
    into[2 + 2 * pole] = cos
    into[3 + 2 * pole] = pull
  }
  const acceleration = push / mass
  for (let pole = 0; pole < 2; pole++) {
    const cos = into[2 + 2 * pole]
    const pull = into[3 + 2 * pole]
    into[2 + 2 * pole] = state[at + 3 + 2 * pole]
    into[3 + 2 * pole] = (-0.75 * (acceleration * cos + pull)) / HALF_LENGTH[pole]
  }
  into[0] = state[at + 1]
  into[1] = acceleration
}

/** Puts into `probe` the state after `step` seconds of a constant derivative. */
function extrapolate(state: Float64Array, at: number, step: number, k: Float64Array): void {
  for (let i = 0; i < STATE; i++) probe[i] = state[at + i] + step * k[i]
}

/** One step of the classical Runge-Kutta method of the fourth order. */
function integrate(state: Float64Array, at: number, force: number): void {
  derive(state, at, force, k1)
  extrapolate(state, at, STEP_S / 2, k1)
  derive(probe, 0, force, k2)
  extrapolate(state, at, STEP_S / 2, k2)
  derive(probe, 0, force, k3)
  extrapolate(state, at, STEP_S, k3)
  derive(probe, 0, force, k4)
  for (let i = 0; i < STATE; i++) {
    state[at + i] += (STEP_S / 6) * (k1[i] + 2 * (k2[i] + k3[i]) + k4[i])
  }
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
