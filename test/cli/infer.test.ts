import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { Genome } from 'neatron'
import { cli, scratch } from './run-cli.js'

const ROWS = [
  [0.5, -1, 2],
  [0, 0.25, -3],
]

test('a genome and its exported model answer the same rows, from a file and from stdin', async (t) => {
  const folder = await scratch(t)
  const genome = Genome.random({ inputs: 3, outputs: 2, hidden: 6, seed: 9 })
  const [genomeFile, modelFile, rowsFile] = ['g.json', 'm.onnx', 'rows.json'].map((name) =>
    join(folder, name),
  )
  writeFileSync(genomeFile, JSON.stringify(genome))
  writeFileSync(rowsFile, JSON.stringify(ROWS))
  const exported = await cli(['export', genomeFile, '-o', modelFile])
  t.is(exported.code, 0, exported.stderr)

  const expected = ROWS.map((row) => Array.from(genome.feedForward(row)))
  const native = await cli(['infer', genomeFile, '--inputs', rowsFile])
  t.deepEqual(JSON.parse(native.stdout), { outputs: expected })
  const model = await cli(['infer', modelFile, '--inputs', '-'], JSON.stringify(ROWS))
  t.is(model.code, 0, model.stderr)
  const { outputs } = JSON.parse(model.stdout)
  for (const [r, row] of expected.entries()) {
    for (const [o, value] of row.entries()) {
      t.true(Math.abs(outputs[r][o] - value) <= 1e-5 * Math.max(1, Math.abs(value)))
    }
  }
})

test('rows are the steps of one episode to a recurrent genome, and to its model', async (t) => {
  const folder = await scratch(t)
  const json = Genome.random({ inputs: 3, outputs: 2, hidden: 6, seed: 9 }).toJSON()
  const genome = Genome.fromJSON({ ...json, recurrent: true })
  const [genomeFile, modelFile] = ['g.json', 'm.onnx'].map((name) => join(folder, name))
  writeFileSync(genomeFile, JSON.stringify(genome))
  t.is((await cli(['export', genomeFile, '-o', modelFile])).code, 0)
  const network = genome.compile()
  const outputs = new Float32Array(2)
  const rows = [...ROWS, ...ROWS]
  const expected = rows.map((row) => {
    network.feedForward(Float32Array.from(row), outputs)
    return Array.from(outputs)
  })
  for (const file of [genomeFile, modelFile]) {
    const { stdout, stderr } = await cli(['infer', file, '--inputs', '-'], JSON.stringify(rows))
    t.is(stderr, '')
    t.deepEqual(JSON.parse(stdout), { outputs: expected })
  }
})

test('several genomes make a population model, of which --genome chooses one', async (t) => {
  const folder = await scratch(t)
  const genomes = [1, 2, 3].map((seed) => Genome.random({ inputs: 3, outputs: 1, hidden: 4, seed }))
  const files = genomes.map((genome, index) => {
    const file = join(folder, `${index}.json`)
    writeFileSync(file, JSON.stringify(genome))
    return file
  })
  const model = join(folder, 'population.onnx')
  t.is((await cli(['export', ...files, '-o', model])).code, 0)
  const rows = JSON.stringify(ROWS)
  for (const [index, genome] of genomes.entries()) {
    const { stdout, stderr } = await cli(
      ['infer', model, '--inputs', '-', '--genome', `${index}`],
      rows,
    )
    t.is(stderr, '')
    const { outputs } = JSON.parse(stdout)
    for (const [r, row] of ROWS.entries()) {
      t.true(Math.abs(outputs[r][0] - genome.feedForward(row)[0]) <= 1e-5)
    }
  }
  const missing = await cli(['infer', model, '--inputs', '-'], rows)
  t.is(missing.code, 2)
  t.regex(missing.stderr, /--genome 0 to 2/)
  const beyond = await cli(['infer', model, '--inputs', '-', '--genome', '3'], rows)
  t.is(beyond.code, 2)
})

test('export --repository writes a model folder that a server of models can load', async (t) => {
  const folder = await scratch(t)
  const file = join(folder, 'walker.json')
  writeFileSync(file, JSON.stringify(Genome.random({ inputs: 3, outputs: 2, seed: 4 })))
  const { code, stderr } = await cli(['export', file, '--repository', folder])
  t.is(code, 0, stderr)
  const config = readFileSync(join(folder, 'walker/config.pbtxt'), 'utf8')
  t.regex(config, /name: "walker"/)
  const { outputs } = JSON.parse(
    (
      await cli(
        ['infer', join(folder, 'walker/1/model.onnx'), '--inputs', '-'],
        JSON.stringify(ROWS),
      )
    ).stdout,
  )
  t.is(outputs.length, ROWS.length)
  t.is((await cli(['export', file])).code, 2)
  const above = await cli(['export', file, '--repository', folder, '--name', '..'])
  t.is(above.code, 2)
  t.regex(above.stderr, /name of a folder/)
})

test('wrong rows and wrong files are said in one line', async (t) => {
  const folder = await scratch(t)
  const file = join(folder, 'g.json')
  writeFileSync(file, JSON.stringify(Genome.random({ inputs: 3, outputs: 1, seed: 1 })))
  for (const [rows, code] of [
    ['{"a": 1}', 'ROWS_INVALID'],
    ['[[1, 2, 3], [1, 2]]', 'ROWS_INVALID'],
    ['[[1, "x", 3]]', 'ROWS_INVALID'],
    ['[[1, 2]]', 'INPUT_LENGTH'],
    ['[[1, 2, 1e300]]', 'INPUT_NOT_FINITE'],
    ['[[1, 2', 'JSON_INVALID'],
  ]) {
    const { stdout, stderr, code: exit } = await cli(['infer', file, '--inputs', '-'], rows)
    t.is(exit, 1, rows)
    t.is(stdout, '')
    t.true(stderr.includes(code), `${rows}: ${stderr}`)
  }
  const half = join(folder, 'half.json')
  writeFileSync(half, readFileSync(file, 'utf8').slice(0, 40))
  t.regex((await cli(['infer', half, '--inputs', '-'], '[[1, 2, 3]]')).stderr, /JSON_INVALID/)
  const noise = join(folder, 'noise.onnx')
  writeFileSync(noise, Buffer.from('not a model'))
  t.regex((await cli(['infer', noise, '--inputs', '-'], '[[1, 2, 3]]')).stderr, /MODEL_REFUSED/)
})

test('numbers that are not finite are refused, with their row, by genomes and models alike', async (t) => {
  const folder = await scratch(t)
  const [genomeFile, modelFile] = [join(folder, 'g.json'), join(folder, 'm.onnx')]
  // A byte order mark, as some editors write it, is no part of the JSON.
  const genome = Genome.random({ inputs: 3, outputs: 1, activations: ['identity'], seed: 1 })
  writeFileSync(genomeFile, `\uFEFF${JSON.stringify(genome)}`)
  t.is((await cli(['export', genomeFile, '-o', modelFile])).code, 0)
  for (const file of [genomeFile, modelFile]) {
    const { code, stdout, stderr } = await cli(
      ['infer', file, '--inputs', '-'],
      '[[0,0,0],[0,1e39,0]]',
    )
    t.is(code, 1)
    t.is(stdout, '')
    t.regex(stderr, /row 1: input 1 .*INPUT_NOT_FINITE/i)
  }
})

test('a genome that does not compile is named among several', async (t) => {
  const folder = await scratch(t)
  const [good, cyclic] = [join(folder, 'good.json'), join(folder, 'cyclic.json')]
  const genome = Genome.random({ inputs: 1, outputs: 1, seed: 1 }).toJSON()
  writeFileSync(good, JSON.stringify(genome))
  const nodes = [...genome.nodes, { id: 9, kind: 'hidden', activation: 'tanh', bias: 0 }]
  const connections = [{ innovation: 9, from: 9, to: 9, weight: 1, enabled: true }]
  writeFileSync(cyclic, JSON.stringify({ ...genome, nodes, connections }))
  for (const args of [
    ['export', good, cyclic, '-o', join(folder, 'm.onnx')],
    ['infer', cyclic, '--inputs', '-'],
    ['serve', '--port', '0', good, cyclic],
  ]) {
    const { code, stderr } = await cli(args, '[[0]]')
    t.is(code, 1)
    t.regex(stderr, /cyclic\.json: expected .*GENOME_CYCLE/)
  }
})

test('a file that cannot be written is one line with a code', async (t) => {
  const folder = await scratch(t)
  const file = join(folder, 'g.json')
  writeFileSync(file, JSON.stringify(Genome.random({ inputs: 1, outputs: 1, seed: 1 })))
  for (const args of [
    ['export', file, '-o', join(folder, 'none', 'm.onnx')],
    ['export', file, '--repository', file],
    ['bench', '--quick', '--out', file],
  ]) {
    const { code, stdout, stderr } = await cli(args)
    t.is(code, 1)
    t.is(stdout, '')
    t.regex(stderr, /^neatron: Cannot write .*FILE_UNWRITABLE\]\n$/)
  }
})
