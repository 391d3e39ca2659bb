/**
 * Evolution against other libraries', in one process, interleaved; `--help` tells the rest.
 *
 * The peers: neataptic is what most people find. neat-javascript is the only library on npm that is
 * NEAT in full and works. Of the others, carrot, the most installed after neataptic, breeds networks
 * whose nodes are out of order (inputs and hidden nodes after the output), so that they answer by
 * the row before; master-neat, another descendant, brings 138 MB; tinyneat throws on XOR when its
 * networks get a cycle. Each file in peers/ says how a library is set up, and why so.
 */
import { cpus, loadavg } from 'node:os'
import { Progress } from '../progress.js'
import { spread } from '../spread.js'
import { type ChildCost, childCost } from './child-cost.js'
import type { Contender, RunOptions } from './contender.js'
import { type Solving, type Span, type Speed, solve, speed } from './measure.js'
import { readOptions } from './options.js'
import { neatron, type Parts, partsOf } from './own.js'
import { neatJavascript } from './peers/neat-javascript.js'
import { neataptic, neatapticSquashing } from './peers/neataptic.js'
import { PROBLEMS } from './problem.js'
import {
  type Budget,
  budgetTable,
  childTable,
  partsTable,
  type Results,
  ratios,
  solvingTable,
  speedTable,
} from './tables.js'
import { verify } from './verify.js'

const { json, quick } = readOptions()
const CONTENDERS: readonly Contender[] = [neatron, neataptic, neatJavascript]
const SOLVERS: readonly Contender[] = [...CONTENDERS, neatapticSquashing]

/** Of one problem at one size of population. */
interface Plan {
  problem: 'xor' | 'cart-pole'
  population: number
  /** What of an endless run is measured, and after what. */
  warmUp: Span
  span: Span
  rounds: number
  seeds: number
  /** When to give a run up that is to solve the problem: it then counts with that time. */
  patience: Span
}

// A generation of cart-pole takes the longer the better the networks are: all libraries begin
// there from the first generation, and end with the tenth.
const XOR = { warmUp: { generations: 50, ms: 400 }, span: { generations: 100, ms: 600 } }
const NONE: Span = { generations: 0, ms: 0 }
const COMPILERS: Span = { generations: 50, ms: 500 }
const CART_POLE = { warmUp: NONE, span: { generations: 10, ms: 2000 } }
const PLANS: readonly Plan[] = [
  {
    problem: 'xor',
    population: 150,
    ...XOR,
    rounds: quick ? 4 : 9,
    seeds: quick ? 7 : 15,
    patience: { generations: 200, ms: 3000 },
  },
  {
    problem: 'xor',
    population: 1000,
    ...XOR,
    rounds: quick ? 2 : 5,
    seeds: quick ? 2 : 5,
    patience: { generations: 200, ms: 4000 },
  },
  {
    problem: 'cart-pole',
    population: 150,
    ...CART_POLE,
    rounds: quick ? 2 : 5,
    seeds: quick ? 2 : 7,
    patience: { generations: 100, ms: 3000 },
  },
  {
    problem: 'cart-pole',
    population: 1000,
    ...CART_POLE,
    rounds: quick ? 0 : 3,
    seeds: quick ? 0 : 3,
    patience: { generations: 100, ms: 4000 },
  },
]

const say = (text: string) => {
  progress.clear()
  if (!json) console.log(text)
}
const plans = PLANS.filter(({ rounds }) => rounds > 0)
const progress = new Progress(2 + plans.reduce((sum, { rounds, seeds }) => sum + rounds + seeds, 0))
const report: object[] = []
const budgets: Budget[] = []
const parts = new Map<string, Parts>()

function judge(what: string, target: string, samples: readonly number[], holds: Test): void {
  const { median, low, high } = spread(samples)
  budgets.push({ what, target, reached: median, low, high, holds: holds(median) })
}
type Test = (median: number) => boolean

/** One contender after the other, each round in another order; round 0 is for the compilers. */
async function interleave<T>(
  contenders: readonly Contender[],
  rounds: number,
  measure: (contender: Contender, seed: number) => Promise<T>,
): Promise<Results<T>> {
  const results: Results<T> = new Map(contenders.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (let n = 0; n < contenders.length; n++) {
      const contender = contenders[(n + round) % contenders.length]
      results.get(contender.name)?.push(await measure(contender, round + 1))
    }
    progress.done()
  }
  return results
}

async function measurePlan(
  plan: Plan,
): Promise<{ speeds: Results<Speed>; solved: Results<Solving> }> {
  const { population, warmUp, span, rounds, seeds, patience } = plan
  const problem = PROBLEMS.find(({ name }) => name === plan.problem)!
  const title = `${problem.name}, population ${population}`
  progress.now(title)
  await verify(problem)
  const base = { problem, population }
  // How large networks get, for those that have to be told; and a round for the compilers.
  const { connections } = await speed(neatron, { ...base, seed: 0, connections: 0 }, warmUp, span)
  for (const contender of SOLVERS) {
    await speed(contender, { ...base, seed: 0, connections }, NONE, COMPILERS)
  }
  const speeds = await interleave(CONTENDERS, rounds, (contender, seed) =>
    speed(contender, { ...base, seed, connections }, warmUp, span),
  )
  const solved = await interleave(SOLVERS, seeds, (contender, seed) =>
    solve(contender, { ...base, seed, connections }, patience),
  )
  for (const [name, all] of solved) {
    if (!all.some((one) => one.solved)) say(`${name} never solved ${title} within its time.`)
  }
  const own: RunOptions = { ...base, seed: 1, connections, endless: true }
  parts.set(title, await partsOf(own, warmUp.generations, span.generations))
  say(`\n${speedTable(title, speeds)}\n${solvingTable(title, solved)}`)
  report.push({
    problem: problem.name,
    population,
    speeds: Object.fromEntries(speeds),
    solved: Object.fromEntries(solved),
    parts: parts.get(title),
  })
  return { speeds, solved }
}

say(`Node ${process.versions.node}, ${cpus()[0].model}. Medians with quartiles.`)
const load = loadavg()[0]
if (load > cpus().length / 2) {
  say(`The machine is busy (load ${load.toFixed(1)}): do not trust these times.`)
}

const costs: ChildCost[] = []
for (const targetSpecies of [0, 10]) {
  progress.now('cost of a child')
  costs.push(childCost(targetSpecies, quick ? 6 : 15))
  progress.done()
}
say(`\nEvolution's own cost, population 1,000\n${childTable(costs)}`)
for (const { us, species } of costs) {
  const what = `evolution's own cost of a child, ${species.toFixed(0)} species`
  judge(what, 'at most 2 us', us, (median) => median <= 2)
}

for (const plan of plans) {
  const { speeds, solved } = await measurePlan(plan)
  const of = <T>(results: Results<T>, name: string) => results.get(name) as T[]
  const title = `${plan.problem} at ${plan.population}, against neataptic:`
  if (plan.problem !== 'xor' || plan.population !== 150) continue
  judge(
    `${title} generations/s`,
    'at least 3 times',
    ratios(
      of(speeds, 'neatron').map((one) => one.generationsPerSecond),
      of(speeds, 'neataptic').map((one) => one.generationsPerSecond),
    ),
    (median) => median >= 3,
  )
  // Which seed is paired with which means nothing here: all with all.
  judge(
    `${title} time to solve`,
    'at least 3 times less',
    of(solved, 'neataptic').flatMap(({ ms }) => of(solved, 'neatron').map((own) => ms / own.ms)),
    (median) => median >= 3,
  )
}
progress.stop()
say(`\nWhere a generation of neatron spends its time\n${partsTable(parts)}`)
say(`\n${budgetTable(budgets)}`)
if (json) {
  const machine = { node: process.versions.node, cpu: cpus()[0].model, load }
  console.log(JSON.stringify({ machine, costs, results: report, budgets }))
}
