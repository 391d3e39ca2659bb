import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { Genome } from '#src/genome/genome.js'
import { exportOnnx } from '#src/onnx/export.js'
import { MalformedModel, scanModel } from '#src/onnx/scan.js'
import { VERSION } from '#src/version.js'
import { pythonWith } from '../python.js'
import { sampleGenome } from './sample.js'

const shape = { inputs: 3, outputs: 2, hidden: 12, weights: 2 }
const genomes = Array.from({ length: 10 }, (_, seed) => sampleGenome(seed, shape))
const recurrent = genomes.map((genome) => Genome.fromJSON({ ...genome.toJSON(), recurrent: true }))

test('a model says what it is', (t) => {
  const one = scanModel(exportOnnx(genomes[0], { ids: ['champion'] }))
  t.is(one.producerName, 'neatron')
  t.is(one.producerVersion, VERSION)
  t.deepEqual([...one.domains], [''])
  t.is(one.metadata.get('kind'), 'genome')
  t.is(one.metadata.get('genome_ids'), '["champion"]')
  const all = scanModel(exportOnnx(genomes))
  t.is(all.metadata.get('kind'), 'population')
  t.is(all.metadata.get('population_size'), '10')
  t.is(all.externalTensors.length, 0)
  const stateSize = recurrent[0].compile().stateSize
  t.is(scanModel(exportOnnx(recurrent[0])).metadata.get('state_size'), String(stateSize))
})

test('a genome has a few operators for each depth', (t) => {
  const big = sampleGenome(1, { ...shape, hidden: 2000, inputs: 20 })
  const { nodes } = scanModel(exportOnnx(big, { rounding: 'standard' }))
  t.true(nodes < big.nodeCount)
})

test('refuses what cannot be one model', (t) => {
  t.throws(() => exportOnnx([]), { code: 'POPULATION_SHAPE' })
  const other = sampleGenome(1, { ...shape, inputs: 4 })
  t.throws(() => exportOnnx([genomes[0], other]), {
    code: 'POPULATION_SHAPE',
    message: /Genome 1 has 4 inputs/,
  })
  t.throws(() => exportOnnx(genomes[0], { ids: ['a', 'b'] }), { code: 'ARGUMENT_RANGE' })
  for (const stranger of [undefined, null, 7, {}, [genomes[0], null]]) {
    t.throws(() => exportOnnx(stranger as never), { code: 'ARGUMENT_TYPE' })
  }
})

test('bytes that are no model are recognized, wherever they are cut or changed', (t) => {
  const bytes = exportOnnx(genomes[0])
  // Between the properties at the end, a part is a model too.
  const graph = bytes.length - 100
  for (let length = 0; length < graph; length += 1) {
    t.throws(() => scanModel(bytes.subarray(0, length)), { instanceOf: MalformedModel })
  }
  for (let at = 0; at < bytes.length; at += 3) {
    const changed = Uint8Array.from(bytes)
    changed[at] ^= 0xff
    // It may still be a model, but it is read or refused, and nothing else is thrown.
    try {
      scanModel(changed)
    } catch (error) {
      t.true(error instanceof MalformedModel)
    }
  }
})

test("models pass ONNX's own checker", async (t) => {
  const python = pythonWith('onnx')
  if (python === undefined) {
    t.log('skipped: no python/onnx (pip install onnx in .venv)')
    t.pass()
    return
  }
  const directory = await mkdtemp(join(tmpdir(), 'neatron-'))
  t.teardown(() => rm(directory, { recursive: true }))
  const models = (['standard', 'native'] as const).flatMap((rounding) => [
    ...genomes.map((genome) => exportOnnx(genome, { rounding })),
    exportOnnx(genomes, { rounding }),
    exportOnnx(recurrent[0], { rounding }),
    exportOnnx(recurrent, { rounding }),
  ])
  const paths = models.map((_, index) => join(directory, `${index}.onnx`))
  await Promise.all(models.map((model, index) => writeFile(paths[index], model)))
  const program =
    'import onnx, sys\nfor p in sys.argv[1:]: onnx.checker.check_model(p, full_check=True)'
  t.notThrows(() => execFileSync(python, ['-c', program, ...paths], { stdio: 'pipe' }))
})
