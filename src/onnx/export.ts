import { describe } from '../describe.js'
import { NeatronError } from '../errors.js'
import { Genome } from '../genome/genome.js'
import { checkOptions } from '../genome/options.js'
import type { Plan } from '../native/addon.js'
import { VERSION } from '../version.js'
import { chooseRounding } from './conditioning.js'
import type { Rounding } from './families.js'
import { genomeGraph, recurrentGraph } from './genome-graph.js'
import type { Graph, ModelInfo } from './graph.js'
import { plansOf } from './plans.js'
import { populationGraph, recurrentPopulationGraph } from './population-graph.js'

export type { Rounding } from './families.js'

/** What an exported model says about its genomes. */
export interface ExportOptions {
  /** Names of the genomes, one each, for the model's metadata. Default: their indices. */
  readonly ids?: readonly string[]
  /**
   * How values are computed. Default: `standard` where the genomes do not magnify its small
   * differences from native beyond the tolerance, else `native`; `native` for recurrent genomes,
   * which carry differences on from step to step.
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
 * - Recurrent genomes have in addition `state` float32 [rows, N], zeros at the beginning of an
 *   episode, and `state_out` [rows, N], the `state` of the row's next step. N is `stateSize` of the
 *   compiled network or population.
 *
 * The model agrees with the native network within 1e-5 x max(1, |y|) for weights up to 8 in size,
 * and to the bit with `rounding: 'native'`; docs/onnx.md tells how that was measured.
 *
 * @throws NeatronError `ARGUMENT_TYPE` for what is no genome, and for options that there are not; `GENOME_CYCLE` and the other codes of compiling; `POPULATION_SHAPE` when
 *   there is no genome, their inputs or outputs differ, or only some are marked recurrent; `ARGUMENT_RANGE` for a wrong number of ids and an unknown rounding.
 */
export function exportOnnx(
  genomes: Genome | readonly Genome[],
  options?: ExportOptions,
): Uint8Array {
  checkExportOptions(options)
  const list = isList(genomes) ? genomes : [genomes]
  const stranger = list.findIndex((genome) => !(genome instanceof Genome))
  if (stranger >= 0) {
    const message = `Expected a Genome or an array of them, came ${describe(list[stranger])}${isList(genomes) ? ` at index ${stranger}` : ''}.`
    throw new NeatronError('ARGUMENT_TYPE', message)
  }
  const { recurrent, plans } = plansOf(list)
  const ids = options?.ids ?? list.map((_, index) => String(index))
  if (ids.length !== list.length) {
    const message = `Expected an id for each of ${list.length} genomes, got ${ids.length}.`
    throw new NeatronError('ARGUMENT_RANGE', message)
  }
  const kind = isList(genomes) ? 'population' : 'genome'
  const rounding = options?.rounding ?? (recurrent ? 'native' : chooseRounding(plans))
  const { outputSize } = list[0]
  let graph: Graph
  if (kind === 'genome') {
    graph = recurrent
      ? recurrentGraph(plans[0], outputSize, rounding)
      : genomeGraph(plans[0], rounding)
  } else {
    graph = recurrent
      ? recurrentPopulationGraph(plans, outputSize, rounding)
      : populationGraph(plans, rounding)
  }
  return graph.toModel(modelInfo(kind, ids, rounding, recurrent ? plans[0] : undefined))
}

/**
 * Writes a population of recurrent genomes for a client that keeps the states: the state's numbers
 * follow the inputs in `inputs` [rows, I + N], and `outputs` [rows, N] is the next state, of which
 * the first O are the genome's outputs.
 */
export function exportSteps(genomes: readonly Genome[], rounding: Rounding): ExportedSteps {
  const { plans } = plansOf(genomes)
  const ids = genomes.map((_, index) => String(index))
  const info = modelInfo('population', ids, rounding, plans[0])
  const bytes = populationGraph(plans, rounding).toModel(info)
  return { bytes, stateSize: plans[0].outputSlots.length }
}

/** The model of {@link exportSteps}. */
export interface ExportedSteps {
  readonly bytes: Uint8Array
  /** N, the length of the longest state. */
  readonly stateSize: number
}

const ROUNDINGS: readonly Rounding[] = ['standard', 'native']

function checkExportOptions(options: ExportOptions | undefined): void {
  checkOptions('exportOnnx', options, ['ids', 'rounding'])
  const { ids, rounding } = options ?? {}
  if (ids !== undefined && !(Array.isArray(ids) && ids.every((id) => typeof id === 'string'))) {
    throw new NeatronError('ARGUMENT_TYPE', 'ids must be an array of strings, one for each genome')
  }
  if (rounding !== undefined && !ROUNDINGS.includes(rounding)) {
    const message = `rounding must be ${ROUNDINGS.join(' or ')}, but ${describe(rounding)} came`
    throw new NeatronError('ARGUMENT_RANGE', message)
  }
}

/** What a model says about itself; `step` is a plan of a recurrent genome. */
function modelInfo(
  kind: 'genome' | 'population',
  ids: readonly string[],
  rounding: Rounding,
  step: Plan | undefined,
): ModelInfo {
  return {
    producerName: 'neatron',
    producerVersion: VERSION,
    graphName: kind,
    metadata: {
      kind,
      population_size: String(ids.length),
      genome_ids: JSON.stringify(ids),
      rounding,
      ...(step && { state_size: String(step.outputSlots.length) }),
    },
  }
}

function isList(genomes: Genome | readonly Genome[]): genomes is readonly Genome[] {
  return Array.isArray(genomes)
}
