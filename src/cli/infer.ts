import { Command } from 'commander'
import type { Tensor as TensorType } from 'onnxruntime-node'
import { NeatronError } from '../errors.js'
import { Genome } from '../genome/genome.js'
import { loadRuntime } from '../onnx/runtime.js'
import { HttpError } from '../serve/http-error.js'
import { openSession } from '../serve/open-session.js'
import type { Signature } from '../serve/signature.js'
import { readInput, readJson } from './files.js'
import { integer } from './options.js'

interface InferOptions {
  inputs: string
  genome?: number
}

/** `neatron infer`: rows through a genome (natively) or a model (ONNX Runtime). */
export function inferCommand(): Command {
  return new Command('infer')
    .description('answer rows with a genome (natively) or an ONNX model (ONNX Runtime)')
    .argument('<file>', 'a genome (.json) or a model (.onnx)')
    .requiredOption('--inputs <rows.json>', 'rows as JSON, [[...], ...]; - reads stdin')
    .option('--genome <index>', 'which genome of a population model answers', integer(0))
    .addHelpText(
      'after',
      `
Examples:
  neatron infer champion.json --inputs rows.json
  echo '[[0, 1], [1, 1]]' | neatron infer champion.onnx --inputs -

Prints {"outputs": [[...], ...]}. To a recurrent genome or model the rows are the steps of one
episode.`,
    )
    .action(async (file: string, options: InferOptions) => {
      const rows = rowsOf(await readJson(options.inputs), options.inputs)
      const content = await readInput(file)
      const outputs = looksLikeJson(content)
        ? inferGenome(content, file, rows)
        : await inferModel(content, file, rows, options.genome)
      console.log(JSON.stringify({ outputs }))
    })
}

/** A protobuf message of a model never begins with a byte order mark, white space or a brace. */
function looksLikeJson(content: Buffer): boolean {
  return /^(?:\xEF\xBB\xBF)?\s*[{[]/.test(content.toString('latin1', 0, 64))
}

function inferGenome(content: Buffer, file: string, rows: number[][]): number[][] {
  let json: unknown
  try {
    json = JSON.parse(content.toString('utf8').replace(/^\uFEFF/, ''))
  } catch (cause) {
    throw new NeatronError('JSON_INVALID', `${file} is not JSON: ${(cause as Error).message}.`, {
      cause,
    })
  }
  const genome = named(file, () => Genome.fromJSON(json))
  named(file, () => genome.compile())
  if (genome.recurrent) return inferEpisode(genome, file, rows)
  return rows.map((row, index) =>
    named(`${file}, row ${index}`, () => Array.from(genome.feedForward(row))),
  )
}

/** Rows one after the other as the steps of one episode. */
function inferEpisode(genome: Genome, file: string, rows: number[][]): number[][] {
  const network = genome.compile()
  const outputs = new Float32Array(network.outputSize)
  return rows.map((row, index) =>
    named(`${file}, row ${index}`, () => {
      const inputs = Float32Array.from(row)
      checkFinite('input', inputs, row.length)
      network.feedForward(inputs, outputs)
      checkFinite('output', outputs, outputs.length)
      return Array.from(outputs)
    }),
  )
}

/** Runs `work`; what it throws names its place. */
function named<T>(place: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof NeatronError)) throw error
    throw new NeatronError(error.code, `${place}: ${error.message}`, { cause: error })
  }
}

/** Native calls check this themselves; a model does not. */
function checkFinite(side: 'input' | 'output', values: Float32Array, width: number): void {
  const index = values.findIndex((value) => !Number.isFinite(value))
  if (index < 0) return
  throw new NeatronError(
    side === 'input' ? 'INPUT_NOT_FINITE' : 'OUTPUT_NOT_FINITE',
    `Row ${Math.floor(index / width)}: ${side} ${index % width} is no finite 32-bit float.`,
  )
}

async function inferModel(
  content: Buffer,
  file: string,
  rows: number[][],
  genome: number | undefined,
): Promise<number[][]> {
  const { session, signature } = await openModel(content, file)
  const width = signature.inputs.find(({ datatype }) => datatype === 'FP32')!.width
  if (rows.length > 0 && rows[0]!.length !== width) {
    throw new NeatronError(
      'INPUT_LENGTH',
      `${file} takes rows of ${width} numbers, but rows of ${rows[0]!.length} came.`,
    )
  }
  checkGenome(genome, signature, file)
  if (rows.length === 0) return []
  const { Tensor } = await loadRuntime()
  const inputs = Float32Array.from(rows.flat())
  checkFinite('input', inputs, width)
  const run = (values: Float32Array, state?: TensorType) => {
    const count = values.length / width
    const indices = new BigInt64Array(count).fill(BigInt(genome ?? 0))
    return session.run({
      inputs: new Tensor('float32', values, [count, width]),
      ...(genome !== undefined && { genome: new Tensor('int64', indices, [count]) }),
      ...(state && { state }),
    })
  }
  const outputSize = signature.outputs.find(({ name }) => name === 'outputs')!.width
  const values = new Float32Array(rows.length * outputSize)
  const stateSize = signature.inputs.find(({ name }) => name === 'state')?.width
  if (stateSize === undefined) values.set((await run(inputs)).outputs!.data as Float32Array)
  else {
    // A recurrent model: the rows are the steps of one episode.
    let state: TensorType = new Tensor('float32', new Float32Array(stateSize), [1, stateSize])
    for (let row = 0; row < rows.length; row++) {
      const answer = await run(inputs.subarray(row * width, (row + 1) * width), state)
      state = answer.state_out!
      values.set(answer.outputs!.data as Float32Array, row * outputSize)
    }
  }
  checkFinite('output', values, outputSize)
  return rows.map((_, row) => Array.from(values.subarray(row * outputSize, (row + 1) * outputSize)))
}

async function openModel(content: Buffer, file: string) {
  try {
    return await openSession(content)
  } catch (cause) {
    if (!(cause instanceof HttpError)) throw cause
    throw new NeatronError(
      'MODEL_REFUSED',
      `${file} is neither a genome nor a model that can be run: ${cause.message}`,
      { cause },
    )
  }
}

/** A population model needs to be told which genome answers; a model of one genome must not be. */
function checkGenome(genome: number | undefined, signature: Signature, file: string): void {
  const { genomeInput, populationSize } = signature
  if (genomeInput < 0 && genome !== undefined) {
    throw new NeatronError('USAGE', `${file} is a model of one genome: leave out --genome.`)
  }
  if (genomeInput >= 0 && !(genome! < populationSize)) {
    throw new NeatronError(
      'USAGE',
      `${file} is a model of ${populationSize} genomes: give --genome 0 to ${populationSize - 1}.`,
    )
  }
}

function rowsOf(value: unknown, source: string): number[][] {
  const fail = (what: string): never => {
    throw new NeatronError(
      'ROWS_INVALID',
      `${source}: expected [[number, ...], ...], came ${what}.`,
    )
  }
  if (!Array.isArray(value)) return fail(JSON.stringify(value)?.slice(0, 60))
  for (const [index, row] of value.entries()) {
    if (!Array.isArray(row)) return fail(`${JSON.stringify(row)} as row ${index}`)
    if (row.length !== value[0].length) {
      return fail(`row ${index} of length ${row.length} after rows of length ${value[0].length}`)
    }
    const bad = row.find((x) => typeof x !== 'number')
    if (bad !== undefined) return fail(`${JSON.stringify(bad)} in row ${index}`)
  }
  return value
}
