import type { Random } from '../neat/random.js'
import type { Simulation, Task } from './task.js'

/** Sides of the square world, whose opposite edges are one. Lengths are in its units, times in ticks. */
const WORLD = 100
const TEAM = 4
const TICKS = 200
/** Friends and foes that an agent senses, the nearest ones. */
const NEAREST = 2
const HEALTH = 3
const RANGE = 12
/** Half the angle within which a shot hits, in rad. */
const AIM = 0.3
/** Ticks between two shots. */
const COOLDOWN = 8
const THRUST = 0.25
const TURN = 0.35
const DRAG = 0.85

/** Health, readiness to fire, and distance, bearing (2) of each of the nearest. */
const INPUTS = 2 + 2 * NEAREST * 3
/** Thrust, turn, fire. */
const OUTPUTS = 3
const AGENTS = 2 * TEAM

/** The shorter way around from b to a. */
function across(a: number, b: number): number {
  const d = a - b
  return d > WORLD / 2 ? d - WORLD : d < -WORLD / 2 ? d + WORLD : d
}

const wrap = (x: number) => (x < 0 ? x + WORLD : x >= WORLD ? x - WORLD : x)

/**
 * One battle for each genome. Its team, agents 0 to 3 of a battle, asks the genome; the other four
 * follow a rule, the same in every battle and generation.
 */
class Skirmish implements Simulation {
  readonly maxRows: number
  readonly numbersEpisodes = true
  readonly #x: Float64Array
  readonly #y: Float64Array
  readonly #speed: Float64Array
  readonly #heading: Float64Array
  readonly #health: Int8Array
  readonly #cooldown: Uint8Array
  /** The agents that the rows of this tick belong to. */
  readonly #asked: Uint32Array
  #rows = 0
  #tick = 0
  // What an agent senses: the nearest friends and foes found so far, and how far they are.
  readonly #friends = new Int32Array(NEAREST)
  readonly #foes = new Int32Array(NEAREST)
  readonly #distances = new Float64Array(NEAREST)
  readonly #rule = new Float32Array(OUTPUTS)
  readonly #sensed = new Float32Array(INPUTS)

  constructor(
    readonly genomes: number,
    random: Random,
  ) {
    const agents = genomes * AGENTS
    this.maxRows = genomes * TEAM
    this.#x = new Float64Array(agents)
    this.#y = new Float64Array(agents)
    this.#speed = new Float64Array(agents)
    this.#heading = new Float64Array(agents)
    this.#health = new Int8Array(agents).fill(HEALTH)
    this.#cooldown = new Uint8Array(agents)
    this.#asked = new Uint32Array(this.maxRows)
    for (let agent = 0; agent < AGENTS; agent++) {
      // The teams face each other over a quarter of the world, in loose lines.
      const side = agent < TEAM ? 0.375 : 0.625
      this.#x[agent] = WORLD * side + random.uniform(-4, 4)
      this.#y[agent] = WORLD * (0.3 + 0.1 * (agent % TEAM)) + random.uniform(-4, 4)
      this.#heading[agent] = (agent < TEAM ? 0 : Math.PI) + random.uniform(-1, 1)
    }
    for (const axis of [this.#x, this.#y, this.#heading]) {
      for (let agent = AGENTS; agent < agents; agent++) axis[agent] = axis[agent - AGENTS]
    }
  }

  observe(genome: Uint32Array, inputs: Float32Array, slots?: Uint32Array): number {
    this.#rows = 0
    if (this.#tick === TICKS) return 0
    for (let battle = 0; battle < this.genomes; battle++) {
      const first = battle * AGENTS
      if (!this.#undecided(first)) continue
      for (let agent = first; agent < first + TEAM; agent++) {
        if (this.#health[agent] <= 0) continue
        this.#sense(agent, inputs, this.#rows * INPUTS)
        genome[this.#rows] = battle
        // To a genome that remembers, each agent's life is an episode.
        if (slots !== undefined) slots[this.#rows] = battle * TEAM + agent - first
        this.#asked[this.#rows++] = agent
      }
    }
    return this.#rows
  }

  act(outputs: Float32Array): void {
    let battle = -1
    for (let row = 0; row < this.#rows; row++) {
      const agent = this.#asked[row]
      const first = agent - (agent % AGENTS)
      if (first !== battle) {
        battle = first
        for (let foe = first + TEAM; foe < first + AGENTS; foe++) this.#follow(foe)
      }
      this.#move(agent, outputs, row * OUTPUTS)
    }
    this.#tick++
  }

  /** Damage done, and as much again in proportion to the health kept: hiding is worth nothing. */
  fitness(into: Float64Array): void {
    for (let battle = 0; battle < this.genomes; battle++) {
      const first = battle * AGENTS
      const done = TEAM * HEALTH - this.#left(first + TEAM, first + AGENTS)
      into[battle] = done * (1 + this.#left(first, first + TEAM) / (TEAM * HEALTH))
    }
  }

  #left(from: number, to: number): number {
    let sum = 0
    for (let agent = from; agent < to; agent++) sum += Math.max(0, this.#health[agent])
    return sum
  }

  #undecided(first: number): boolean {
    return this.#left(first, first + TEAM) > 0 && this.#left(first + TEAM, first + AGENTS) > 0
  }

  /** The opponents' rule: turn to the nearest foe, go there, fire when it is in the sights. */
  #follow(agent: number): void {
    if (this.#health[agent] <= 0) return
    this.#sense(agent, this.#sensed, 0)
    const foe = 2 + NEAREST * 3
    const nearness = this.#sensed[foe]
    const ahead = this.#sensed[foe + 1]
    const aside = this.#sensed[foe + 2]
    const inSights = ahead > 0 && Math.abs(aside) < AIM && nearness > 1 - RANGE / WORLD
    this.#rule[0] = nearness > 0.93 ? 0.5 : 0.8
    this.#rule[1] = aside > 0.1 ? 0.8 : aside < -0.1 ? 0.2 : ahead < 0 ? 1 : 0.5
    this.#rule[2] = inSights ? 1 : 0
    this.#move(agent, this.#rule, 0)
  }

  #sense(agent: number, inputs: Float32Array, at: number): void {
    inputs[at] = this.#health[agent] / HEALTH
    inputs[at + 1] = this.#cooldown[agent] === 0 ? 1 : 0
    const first = agent - (agent % AGENTS)
    const own = agent % AGENTS < TEAM ? first : first + TEAM
    const other = own === first ? first + TEAM : first
    this.#describe(agent, own, this.#friends, inputs, at + 2)
    this.#describe(agent, other, this.#foes, inputs, at + 2 + NEAREST * 3)
  }

  /** Nearness (1 here, 0 a world away) and direction, by cosine and sine, of a team's nearest. */
  #describe(
    agent: number,
    team: number,
    nearest: Int32Array,
    inputs: Float32Array,
    at: number,
  ): void {
    this.#find(agent, team, nearest)
    for (let n = 0; n < NEAREST; n++, at += 3) {
      const seen = nearest[n]
      if (seen < 0) {
        inputs.fill(0, at, at + 3)
        continue
      }
      inputs[at] = 1 - this.#distances[n] / WORLD
      inputs[at + 1] = this.#toward(agent, seen, 0) / this.#distances[n]
      inputs[at + 2] = this.#toward(agent, seen, Math.PI / 2) / this.#distances[n]
    }
  }

  #find(agent: number, team: number, nearest: Int32Array): void {
    nearest.fill(-1)
    this.#distances.fill(Infinity)
    for (let seen = team; seen < team + TEAM; seen++) {
      if (seen === agent || this.#health[seen] <= 0) continue
      let distance = this.#distance(agent, seen)
      let candidate = seen
      for (let n = 0; n < NEAREST; n++) {
        if (distance >= this.#distances[n]) continue
        const farther = this.#distances[n]
        const other = nearest[n]
        this.#distances[n] = distance
        nearest[n] = candidate
        distance = farther
        candidate = other
      }
    }
  }

  #distance(a: number, b: number): number {
    const dx = across(this.#x[a], this.#x[b])
    const dy = across(this.#y[a], this.#y[b])
    // Never 0, so that a direction can be told.
    return Math.sqrt(dx * dx + dy * dy) + 1e-9
  }

  /** How far b lies from a in a direction that is turned by an angle from the heading of a. */
  #toward(a: number, b: number, angle: number): number {
    const direction = this.#heading[a] + angle
    const dx = across(this.#x[b], this.#x[a])
    return dx * Math.cos(direction) + across(this.#y[b], this.#y[a]) * Math.sin(direction)
  }

  /** Outputs, each from 0 to 1: thrust forward over 0.5 and back below, turn likewise, fire. */
  #move(agent: number, outputs: Float32Array, at: number): void {
    this.#heading[agent] += (outputs[at + 1] - 0.5) * 2 * TURN
    this.#speed[agent] = this.#speed[agent] * DRAG + (outputs[at] - 0.5) * 2 * THRUST
    const heading = this.#heading[agent]
    this.#x[agent] = wrap(this.#x[agent] + Math.cos(heading) * this.#speed[agent])
    this.#y[agent] = wrap(this.#y[agent] + Math.sin(heading) * this.#speed[agent])
    if (this.#cooldown[agent] > 0) this.#cooldown[agent]--
    else if (outputs[at + 2] > 0.5) this.#fire(agent)
  }

  /** Hits the nearest foe, if it is in range and in the sights; a miss costs the cooldown too. */
  #fire(agent: number): void {
    this.#cooldown[agent] = COOLDOWN
    const first = agent - (agent % AGENTS)
    this.#find(agent, agent % AGENTS < TEAM ? first + TEAM : first, this.#foes)
    const foe = this.#foes[0]
    if (foe < 0 || this.#distances[0] > RANGE) return
    if (this.#toward(agent, foe, 0) > this.#distances[0] * Math.cos(AIM)) this.#health[foe]--
  }
}

/**
 * A battle of four against four on a torus: the four ask their genome at each tick, the others
 * follow a rule. Each senses its health, whether it can fire, and the two nearest friends and foes,
 * and thrusts, turns and fires. Fitness is the damage done (12 is victory), and as much again in
 * proportion to the health kept; solved is a victory that costs at most a third of it.
 */
export const skirmish: Task = {
  name: 'skirmish',
  description: 'a team battle on a torus, whose four agents all ask their genome at each tick',
  inputs: INPUTS,
  outputs: OUTPUTS,
  targetFitness: 20,
  // Few of the 14 senses matter: from all connections, runs took many times as long to win.
  config: {
    population: 300,
    initialTopology: 'minimal',
    addConnection: 0.3,
    addNode: 0.05,
    perturbation: 0.4,
    smallGenome: 1000,
    targetSpecies: 15,
  },
  start: (genomes, random) => new Skirmish(genomes, random),
}
