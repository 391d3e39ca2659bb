/** Every native path against what else a Node program could use; `--help` tells the rest. */
import { cpus, loadavg } from 'node:os'
import { simd } from '#src/native/addon.js'
import { Progress } from '../progress.js'
import { spread } from '../spread.js'
import { type Budget, budgetsOf, compileBudget } from './budgets.js'
import type { Contender, MakeContenders } from './contender.js'
import { generated } from './contenders/generated.js'
import { libraries } from './contenders/libraries.js'
import { neatron } from './contenders/neatron.js'
import { onnx } from './contenders/onnx.js'
import { recurrent } from './contenders/recurrent.js'
import { typescript } from './contenders/typescript.js'
import { loadGenomes, type Measured, ROWS, withCycles } from './genomes.js'
import { readOptions } from './options.js'
import { pool, type Samples } from './pool.js'
import { GENOMES, populationContenders } from './population.js'
import { measureRust } from './rust.js'
import { budgetTable, missesText, samplesTable } from './tables.js'
import { expectedOf, STEPS, unrolled, verify } from './verify.js'

const options = readOptions()
const { rounds } = options
const say = (text: string) => {
  if (!options.json) console.log(text)
}
const report: { what: string; genome: string; contender: string; [part: string]: unknown }[] = []
const budgets: Budget[] = []

/** Prints and keeps the samples of one suite. */
function publish(what: string, genome: string, samples: Samples, parts: number): Samples {
  progress.clear()
  say(`\n${genome}, ${what}`)
  say(samplesTable(samples, parts))
  for (const [contender, list] of samples) {
    report.push({ what, genome, contender, ...spread(list.flat().map((value) => value / parts)) })
  }
  return samples
}

async function contendersOf(
  makers: readonly MakeContenders[],
  measured: Measured,
  rows: number,
): Promise<Contender[]> {
  const contenders: Contender[] = []
  for (const make of makers) contenders.push(...(await make(measured, rows)))
  return contenders
}

/** Verifies and times all ways of computing the first `rows` rows. */
async function measure(measured: Measured, rows: number): Promise<Samples> {
  const makers = [neatron, typescript, generated, libraries, onnx]
  const contenders = await contendersOf(makers, measured, rows)
  const { name, genome, inputs } = measured
  await verify(name, expectedOf(genome.toJSON(), inputs, rows), contenders)
  return pool(contenders, rounds)
}

/** The same for a recurrent genome. */
async function measureRecurrent(measured: Measured, rows: number): Promise<Samples> {
  const contenders = await contendersOf([recurrent], measured, rows)
  const { name, genome, inputs } = measured
  // The first rows do: the reference takes its time for large genomes.
  const expected = expectedOf(unrolled(genome.toJSON()), inputs, Math.min(rows, 8))
  await verify(name, expected, contenders, STEPS)
  return pool(contenders, rounds)
}

const genomes = loadGenomes(options.genomes)
if (genomes.length === 0) {
  console.error(`no genome of bench/genomes has ${options.genomes} in its name`)
  process.exit(2)
}
/** Graphs with cycles, of every size whose hidden nodes have connections between them. */
const graphs = genomes
  .filter(({ name }) => name.endsWith('irregular') && !name.startsWith('3-'))
  .map((measured) => ({ ...measured, genome: withCycles(measured.genome) }))

const { node } = process.versions
say(`Node ${node}, ${cpus()[0].model}, ${cpus().length} processors, kernels: ${simd()}`)
say('The addon is the portable release binary: built for any x86-64, kernels chosen when it loads.')
say('Outputs of all contenders are verified before they are timed.')
/** Other programs that want the processors while this one measures. */
const load = loadavg()[0]
if (load > cpus().length / 2) {
  say(`The machine is busy (load ${load.toFixed(1)}): do not trust these times.`)
}

const progress = new Progress(2 * (genomes.length + graphs.length + 1) + 1)
async function part<T>(what: string, body: () => Promise<T>): Promise<T> {
  progress.now(what)
  try {
    return await body()
  } finally {
    progress.done()
  }
}

for (const measured of genomes) {
  const { name, genome } = measured
  const one = await part(`${name}, one vector`, () => measure(measured, 1))
  const batch = await part(`${name}, ${ROWS} rows`, () => measure(measured, ROWS))
  publish('one vector', name, one, 1)
  publish(`${ROWS} rows, each row`, name, batch, ROWS)
  const enabled = genome.toJSON().connections.filter((gene) => gene.enabled !== false).length
  budgets.push(...budgetsOf({ genome: name, flop: 2 * enabled, one, batch }))
}
for (const measured of graphs) {
  const name = `${measured.name}, recurrent`
  const one = await part(`${name}, one vector`, () => measureRecurrent(measured, 1))
  const batch = await part(`${name}, ${ROWS} rows`, () => measureRecurrent(measured, ROWS))
  publish('one vector', name, one, 1)
  publish(`${ROWS} rows, each row`, name, batch, ROWS)
}
for (const kind of ['', ', recurrent']) {
  const samples = await part(`population${kind}`, async () =>
    pool(await populationContenders(kind !== ''), rounds),
  )
  publish('each genome', `population of ${GENOMES}${kind}`, samples, GENOMES)
  if (kind === '') budgets.push(compileBudget(samples, GENOMES))
}
const rust = !options.rust
  ? { missing: '--no-rust' }
  : await part('cargo bench', () => measureRust(options.genomes, options.quick))
progress.stop()

if ('missing' in rust) {
  say(
    `\nNot measured (${rust.missing}): one vector against the naive loop, 64 rows' share of the ` +
      'FMA peak, a population on one thread against the naive loop, and on two threads.',
  )
} else {
  say(`\nInside Rust (cargo bench)\n${rust.text}`)
  budgets.push(...rust.budgets)
}
budgets.sort((a, b) => a.what.localeCompare(b.what))
say(`\n${budgetTable(budgets)}`)
const { length } = budgets.filter(({ holds }) => holds)
say(`${length} of ${budgets.length} budgets hold.`)
if (length < budgets.length) say(`The others:\n${missesText(budgets)}`)
if (options.json) {
  const machine = { node, cpu: cpus()[0].model, processors: cpus().length, simd: simd(), load }
  console.log(JSON.stringify({ machine, binary: 'portable release', results: report, budgets }))
}
