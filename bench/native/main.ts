/**
 * Every native path against what else a Node program could use, on bench/genomes/*.json, and the
 * budgets that follow.
 *
 *     npm run bench:native -- [--json] [--rounds N] [--genomes NAME]
 */
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { simd } from '#src/native/addon.js'
import { type BudgetLine, budgetsOf, compileBudget } from './budgets.js'
import type { Contender } from './contender.js'
import { generated } from './contenders/generated.js'
import { libraries } from './contenders/libraries.js'
import { neatron } from './contenders/neatron.js'
import { onnx } from './contenders/onnx.js'
import { typescript } from './contenders/typescript.js'
import { loadGenomes, type Measured, ROWS } from './genomes.js'
import { pool, type Samples, spread } from './pool.js'
import { GENOMES, populationContenders } from './population.js'
import { budgetTable, samplesTable } from './tables.js'
import { verify } from './verify.js'

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '6' },
    genomes: { type: 'string', default: '' },
  },
})
const rounds = Number(options.rounds)
const say = (text: string) => {
  if (!options.json) console.log(text)
}
const report: { what: string; genome: string; contender: string; [part: string]: unknown }[] = []

/** Prints and keeps the samples of one suite. */
function publish(what: string, genome: string, samples: Samples, parts: number): Samples {
  say(`\n${genome}, ${what}`)
  say(samplesTable(samples, parts))
  for (const [contender, list] of samples) {
    report.push({ what, genome, contender, ...spread(list.map((value) => value / parts)) })
  }
  return samples
}

/** Verifies all contenders on the first `rows` rows, and times them. */
async function measure(measured: Measured, rows: number): Promise<Samples> {
  const contenders: Contender[] = []
  for (const make of [neatron, typescript, generated, libraries, onnx]) {
    contenders.push(...(await make(measured, rows)))
  }
  await verify(measured, rows, contenders)
  return pool(contenders, rounds)
}

say(`Node ${process.versions.node}, ${cpus()[0].model}, kernels: ${simd()}`)
say('Outputs of all contenders are verified before they are timed.')
/** Other programs that want the processors while this one measures. */
const load = loadavg()[0]
if (load > cpus().length / 2) {
  say(
    `The machine is busy (load ${load.toFixed(1)} on ${cpus().length} processors): do not trust these times.`,
  )
}
const budgets: BudgetLine[] = []
for (const measured of loadGenomes(options.genomes)) {
  const { name } = measured
  const one = publish('one vector', name, await measure(measured, 1), 1)
  const batch = publish(`${ROWS} rows, each row`, name, await measure(measured, ROWS), ROWS)
  budgets.push(...budgetsOf({ genome: name, one, batch }))
}
const population = await pool(populationContenders(), rounds)
publish('each genome', `population of ${GENOMES}`, population, GENOMES)
budgets.push(compileBudget(population, GENOMES))

budgets.sort((a, b) => a.budget.localeCompare(b.budget))
say(`\n${budgetTable(budgets)}`)
const { length } = budgets.filter(({ holds }) => holds)
say(`${length} of ${budgets.length} budgets hold.`)
if (options.json) {
  const machine = { node: process.versions.node, cpu: cpus()[0].model, simd: simd(), load }
  console.log(JSON.stringify({ machine, results: report, budgets }))
}
