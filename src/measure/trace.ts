import type { Genome } from '../genome/genome.js'
import type { Brain } from '../neat/brain.js'
import type { Random } from '../neat/random.js'
import { exportOnnx } from '../onnx/export.js'

/** Rows of fixed length, recorded once, that every contender answers. */
export interface Trace {
  /** Where the rows come from, in words. */
  readonly source: string
  readonly inputSize: number
  readonly outputSize: number
  /** The network that answers where one does; null when only a model of it is known. */
  readonly champion: Genome | null
  /** A population to compile; empty when there is none, or only a model of it is known. */
  readonly genomes: readonly Genome[]
  /** Genomes of the population; 1 when there is none. */
  readonly populationSize: number
  /** The same as ONNX models; null where there is none. */
  readonly models: { readonly champion: Uint8Array | null; readonly population: Uint8Array | null }
  /** Row-major, [rows x I]: what the champion answers. */
  readonly inputs: Float32Array
  /** Row-major, [P x I] again and again: in each such block, row g is answered by genome g. */
  readonly populationInputs: Float32Array
}

/** What ONNX Runtime is good at: native rounding would slow it down several times. */
const STANDARD = { rounding: 'standard' } as const

/** Rows kept of each genome. */
const ROWS_PER_GENOME = 32

/**
 * A brain that passes everything on to `brain` and keeps rows of the generation loaded last: a
 * uniform sample of each genome's (Vitter 1985, algorithm R), so that early and late ticks of an
 * episode are there in proportion.
 */
export class TraceRecorder implements Brain {
  #genomes: readonly Genome[] = []
  #samples: Float32Array[][] = []
  #seen = new Uint32Array()

  constructor(
    private readonly brain: Brain,
    private readonly random: Random,
  ) {}

  load(genomes: readonly Genome[]): void | Promise<void> {
    this.#genomes = genomes
    this.#samples = genomes.map(() => [])
    this.#seen = new Uint32Array(genomes.length)
    return this.brain.load(genomes)
  }

  feedForwardRows(
    genome: Uint32Array,
    inputs: Float32Array,
    outputs: Float32Array,
    rows: number,
    slots?: Uint32Array,
  ): void | Promise<void> {
    const size = this.#genomes[0].inputSize
    for (let row = 0; row < rows; row++) {
      const g = genome[row]
      const kept = this.#samples[g]
      const seen = this.#seen[g]++
      const at = seen < ROWS_PER_GENOME ? seen : Math.floor(this.random.next() * (seen + 1))
      if (at < ROWS_PER_GENOME) kept[at] = inputs.slice(row * size, (row + 1) * size)
    }
    return this.brain.feedForwardRows(genome, inputs, outputs, rows, slots)
  }

  /**
   * The trace of the generation loaded last, answered by `champion` where one network answers,
   * which then has `rows` rows.
   */
  trace(source: string, champion: Genome, rows: number): Trace {
    const all = this.#samples.flat()
    return {
      ...described(source, champion, this.#genomes),
      inputs: joined(
        Array.from({ length: rows }, (_, row) => all[Math.floor((row * all.length) / rows)]),
      ),
      populationInputs: joined(
        Array.from({ length: ROWS_PER_GENOME }, (_, block) =>
          this.#samples.map(
            (kept) => (kept.length > 0 ? kept : all)[block % (kept.length || all.length)],
          ),
        ).flat(),
      ),
    }
  }
}

function joined(rows: readonly Float32Array[]): Float32Array {
  const size = rows[0].length
  const all = new Float32Array(rows.length * size)
  for (const [i, row] of rows.entries()) all.set(row, i * size)
  return all
}

function described(source: string, champion: Genome, genomes: readonly Genome[]) {
  const population = genomes.length > 1
  const { inputSize, outputSize } = champion
  return {
    ...{ source, inputSize, outputSize, champion },
    genomes: population ? genomes : [],
    populationSize: genomes.length,
    models: {
      champion: exportOnnx(champion, STANDARD),
      population: population ? exportOnnx(genomes, STANDARD) : null,
    },
  }
}

/**
 * A trace of made-up rows, uniform in [-1, 1), for genomes that come without a simulation. The first
 * one is the champion; with more they are a population too.
 */
export function randomTrace(
  source: string,
  genomes: readonly [Genome, ...Genome[]],
  rows: number,
  random: Random,
): Trace {
  const [champion] = genomes
  const made = described(source, champion, genomes)
  return { ...made, ...madeUpRows(rows, champion.inputSize, genomes.length, random) }
}

/** As {@link randomTrace}, for a model whose genomes are not known. */
export function modelTrace(
  source: string,
  { bytes, inputSize, outputSize, populationSize }: KnownModel,
  rows: number,
  random: Random,
): Trace {
  return {
    ...{ source, inputSize, outputSize, champion: null, genomes: [] },
    populationSize: populationSize ?? 1,
    models: {
      champion: populationSize === null ? bytes : null,
      population: populationSize === null ? null : bytes,
    },
    ...madeUpRows(rows, inputSize, populationSize ?? 1, random),
  }
}

/** A model of one network, or of a population, in ONNX. */
export interface KnownModel {
  readonly bytes: Uint8Array
  readonly inputSize: number
  readonly outputSize: number
  /** Null for one network, which is asked without the index of a genome. */
  readonly populationSize: number | null
}

function madeUpRows(rows: number, inputSize: number, populationSize: number, random: Random) {
  const make = (count: number) =>
    Float32Array.from({ length: count * inputSize }, () => random.next() * 2 - 1)
  return { inputs: make(rows), populationInputs: make(ROWS_PER_GENOME * populationSize) }
}
