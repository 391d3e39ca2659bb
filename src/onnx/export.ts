import { NeatronError } from '../errors.js'
import type { Genome } from '../genome/genome.js'
import { planGenome } from '../native/addon.js'
import { VERSION } from '../version.js'
import type { Rounding } from './activation.js'
import { chooseRounding } from './conditioning.js'
import { genomeGraph } from './genome-graph.js'
import { populationGraph } from './population-graph.js'

export type { Rounding } from './activation.js'

/** What an exported model says about its genomes. */
export interface ExportOptions {
  /** Names of the genomes, one each, for the model's metadata. Default: their indices. */
  readonly ids?: readonly string[]
  /**
   * How values are computed. Default: `standard` where the genomes do not magnify its small
   * differences from native beyond the tolerance, else `native`.
   */
  readonly rounding?: Rounding
}

/**
 * Writes a genome, or a population of genomes, as an ONNX model: standard operators of opset 17,
 * all data inside.
 *
 * - One genome: `inputs` float32 [rows, I] to `outputs` float32 [rows, O].
 * - A population (an array, also of one): `inputs` and `genome` int64 [rows], the index of the
 *   genome that answers each row, to `outputs`. Indices must be within the population: ONNX
 *   itself would take -1 as the last genome.
 *
 * The model agrees with the native network within 1e-5 x max(1, |y|) for weights up to 8 in size,
 * and to the bit with `rounding: 'native'`; docs/onnx.md tells how that was measured.
 *
 * @throws NeatronError `GENOME_CYCLE` and the other codes of compiling; `POPULATION_SHAPE` when
 *   there is no genome or their inputs or outputs differ; `ARGUMENT_RANGE` for a wrong number of ids.
 */
export function exportOnnx(
  genomes: Genome | readonly Genome[],
  options: ExportOptions = {},
): Uint8Array {
  const list = isList(genomes) ? genomes : [genomes]
  checkShapes(list)
  const ids = options.ids ?? list.map((_, index) => String(index))
  if (ids.length !== list.length) {
    const message = `Expected an id for each of ${list.length} genomes, got ${ids.length}.`
    throw new NeatronError('ARGUMENT_RANGE', message)
  }
  const kind = isList(genomes) ? 'population' : 'genome'
  const plans = list.map(({ words }) => planGenome(words))
  const rounding = options.rounding ?? chooseRounding(plans)
  const graph =
    kind === 'population' ? populationGraph(plans, rounding) : genomeGraph(plans[0], rounding)
  return graph.toModel({
    producerName: 'neatron',
    producerVersion: VERSION,
    graphName: kind,
    metadata: {
      kind,
      population_size: String(list.length),
      genome_ids: JSON.stringify(ids),
      rounding,
    },
  })
}

function isList(genomes: Genome | readonly Genome[]): genomes is readonly Genome[] {
  return Array.isArray(genomes)
}

function checkShapes(genomes: readonly Genome[]): void {
  if (genomes.length === 0) {
    throw new NeatronError('POPULATION_SHAPE', 'A population needs at least one genome, got none.')
  }
  const [{ inputSize, outputSize }] = genomes
  for (const [index, genome] of genomes.entries()) {
    if (genome.inputSize === inputSize && genome.outputSize === outputSize) continue
    const message = `Genome ${index} has ${genome.inputSize} inputs and ${genome.outputSize} outputs; genome 0 has ${inputSize} and ${outputSize}. A population shares both.`
    throw new NeatronError('POPULATION_SHAPE', message)
  }
}
