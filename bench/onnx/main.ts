/**
 * What native rounding costs in ONNX Runtime: exported genomes with both roundings in turns, their
 * outputs verified first. One thread, in process.
 *
 *     npm run bench:onnx -- [--quick] [--genome 120] [--json]
 */
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import Table from 'cli-table3'
import { loadGenomes, withCycles } from '../native/genomes.js'
import { Progress } from '../progress.js'
import { spread, spreadText as text } from '../spread.js'
import { type Exported, exportBoth, ROWS } from './models.js'

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
    genome: { type: 'string', default: '' },
  },
})
if (options.help) {
  console.log(`npm run bench:onnx -- [--quick] [--genome TEXT] [--json]
  --quick        a quarter of the rounds, with wider quartiles
  --genome TEXT  only genomes of bench/genomes whose names contain it
  --json         the figures as JSON, on the last line`)
  process.exit(0)
}

/** Rounds, and the runs of each model in one, of which the first do not count. */
const plan = { rounds: options.quick ? 8 : 32, runs: 20, warmUp: 5 }

const genomes = loadGenomes(options.genome).flatMap((measured) =>
  measured.name.endsWith('irregular')
    ? [
        measured,
        { ...measured, name: `${measured.name}, cycles`, genome: withCycles(measured.genome) },
      ]
    : [measured],
)
const progress = new Progress(genomes.length)
const measurements = []
for (const { name, genome, inputs } of genomes) {
  progress.now(name)
  const models = await exportBoth(genome, inputs)
  const times = await measure(models)
  measurements.push(
    ...models.map(({ run: _, load: __, ...facts }, at) => ({
      genome: name,
      ...facts,
      loadMs: spread(times[at].load),
      runUs: times[at].run.map(spread),
      overStandard: times[at].run.map((us, rows) =>
        spread(us.map((time, round) => time / times[0].run[rows][round])),
      ),
    })),
  )
  progress.done()
}
progress.stop()

/** By model: milliseconds to load it, and microseconds of a run of each number of rows, by round. */
async function measure(models: readonly Exported[]) {
  const times = models.map(() => ({
    load: [] as number[],
    run: ROWS.map(() => [] as number[]),
  }))
  for (let round = 0; round < plan.rounds; round++) {
    for (let turn = 0; turn < models.length; turn++) {
      const at = (round + turn) % models.length
      const started = performance.now()
      await models[at].load()
      times[at].load.push(performance.now() - started)
      for (const [rows, own] of times[at].run.entries()) {
        const each: number[] = []
        for (let run = 0; run < plan.warmUp + plan.runs; run++) {
          const before = performance.now()
          await models[at].run(rows)
          each.push((performance.now() - before) * 1e3)
        }
        own.push(spread(each.slice(plan.warmUp)).median)
      }
    }
  }
  return times
}

if (options.json) console.log(JSON.stringify(measurements))
else {
  const table = new Table({
    head: [
      'genome',
      'rounding',
      'by default',
      'differs by',
      'operators',
      'bytes',
      'load ms',
      ...ROWS.flatMap((rows) => [rows === 1 ? 'us, 1 row' : `us, ${rows} rows`, 'x standard']),
    ],
    style: { head: [], border: [] },
  })
  for (const one of measurements) {
    table.push([
      one.genome,
      one.rounding,
      one.chosen ? 'yes' : '',
      one.difference === 0 ? 'no bit' : one.difference.toExponential(1),
      one.operators,
      one.bytes,
      text(one.loadMs, 1),
      ...one.runUs.flatMap((us, at) => [text(us, 0), one.overStandard[at].median.toFixed(1)]),
    ])
  }
  console.log(`Node ${process.versions.node}, ${cpus()[0].model}`)
  console.log(`load ${loadavg()[0].toFixed(1)} on ${cpus().length} processors`)
  console.log('Medians, with quartiles over the rounds.')
  console.log(`${table}`)
}
process.exit(0)
