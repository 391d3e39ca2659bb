import { basename, extname } from 'node:path'
import { NeatronError } from '../errors.js'
import type { Genome } from '../genome/genome.js'
import type { Subject } from '../measure/bench.js'
import { openKnownModel } from '../measure/known-model.js'
import { readGenome, readInput } from './files.js'

/**
 * Reads what `--model` names: one genome, several as a population, or one ONNX model.
 *
 * @throws NeatronError as `readGenome`; `MODEL_REFUSED`; `RECURRENT_UNSUPPORTED`; `USAGE` for a model
 *   beside other files
 */
export async function readSubject(files: readonly string[]): Promise<Subject | undefined> {
  if (files.length === 0) return undefined
  const [first] = files
  const name = files.length === 1 ? basename(first) : `${files.length} genomes`
  if (files.some((file) => extname(file) === '.onnx')) {
    if (files.length > 1) {
      throw new NeatronError('USAGE', '--model takes one ONNX model, or genomes, not both.')
    }
    return { name, model: await openKnownModel(await readInput(first), first) }
  }
  const genomes: Genome[] = []
  for (const file of files) {
    const genome = await readGenome(file)
    if (genome.recurrent) {
      throw new NeatronError(
        'RECURRENT_UNSUPPORTED',
        `${file} is recurrent: the benchmark compares networks whose rows can be answered in any order.`,
      )
    }
    genomes.push(genome)
  }
  return { name, genomes: genomes as [Genome, ...Genome[]] }
}
