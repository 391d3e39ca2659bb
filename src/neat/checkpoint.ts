import { createHash } from 'node:crypto'
import { mkdir, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { NeatronError } from '../errors.js'
import type { Genome } from '../genome/genome.js'
import type { TestResult } from '../tasks/task.js'
import { removeTemporaries, writeWholeFile } from '../whole-file.js'
import { type Config, completeConfig } from './config.js'
import type { EvolutionState } from './evolution.js'
import { packGenomes, unpackGenomes } from './packed-genomes.js'

/** All there is to a run between two generations. */
export interface RunState {
  /** The task's name. */
  readonly task: string
  readonly seed: number
  readonly config: Config
  readonly evolution: EvolutionState
  readonly champion: Genome
  readonly championFitness: number
  /** What the task's test of the champion came to, if it was tried. */
  readonly championTest?: TestResult
  readonly solved: boolean
  readonly evaluations: number
}

const FORMAT = 'neatron/checkpoint'
const VERSION = 1

/**
 * A run's directory. `checkpoint.json` commits a generation: it is written whole or not at all,
 * after that generation's line of `generations.jsonl` is safely on the disk, and says how long that
 * file was, so that resuming cuts off whatever was written beyond the commit.
 */
export class Checkpoint {
  #length = 0
  readonly #file: string
  readonly #lines: string

  constructor(readonly directory: string) {
    this.#file = join(directory, 'checkpoint.json')
    this.#lines = join(directory, 'generations.jsonl')
  }

  /** Begins a new run here, over whatever was here before. Throws `CHECKPOINT_WRITE`. */
  async begin(state: RunState): Promise<void> {
    await this.#write(async () => {
      await mkdir(this.directory, { recursive: true })
      await removeTemporaries(this.#file)
    })
    this.#length = 0
    await this.commit(state)
  }

  /**
   * Commits a generation.
   *
   * @throws NeatronError `CHECKPOINT_WRITE` if the directory cannot take it
   *
   * @param line - the generation's line of `generations.jsonl`, an object that JSON can hold
   */
  async commit(state: RunState, line?: object): Promise<void> {
    const text = line === undefined ? '' : `${JSON.stringify(line)}\n`
    await this.#write(async () => {
      await this.#append(Buffer.from(text))
      const run = JSON.stringify(pack(state, this.#length))
      const head = `"format":"${FORMAT}","version":${VERSION},"checksum":"${checksum(run)}"`
      await writeWholeFile(this.#file, `{${head},"run":${run}}\n`)
    })
  }

  /**
   * Reads the last committed generation, cuts `generations.jsonl` back to it, and removes what a
   * killed process left behind.
   *
   * @throws NeatronError `CHECKPOINT_INVALID` if there is none, or it is damaged or not ours;
   *   `CHECKPOINT_WRITE` if the directory cannot be written to
   */
  async resume(): Promise<RunState> {
    let text: string
    try {
      text = await readFile(this.#file, 'utf8')
    } catch (cause) {
      throw this.#invalid((cause as Error).message, cause)
    }
    const run = this.#parse(text)
    this.#length = run.generationsLength
    await this.#write(async () => {
      await removeTemporaries(this.#file)
      await this.#append(Buffer.alloc(0))
    })
    return unpack(run)
  }

  /** Appends after the committed length, whatever a killed run left behind it. */
  async #append(bytes: Buffer): Promise<void> {
    const file = await open(this.#lines, 'a+')
    try {
      const { size } = await file.stat()
      if (size < this.#length) {
        throw this.#invalid(`generations.jsonl has ${size} of its ${this.#length} committed bytes`)
      }
      if (size > this.#length) await file.truncate(this.#length)
      await file.appendFile(bytes)
      await file.sync()
      this.#length += bytes.length
    } finally {
      await file.close()
    }
  }

  #parse(text: string): Packed {
    let json: { format?: unknown; version?: unknown; checksum?: unknown; run?: unknown }
    try {
      json = JSON.parse(text)
    } catch {
      throw this.#invalid(`it is not whole: ${text.slice(0, 80)}`)
    }
    if (json?.format !== FORMAT) {
      throw this.#invalid(`expected format "${FORMAT}", came ${JSON.stringify(json?.format)}`)
    }
    if (json.version !== VERSION) {
      throw this.#invalid(`expected version ${VERSION}, came ${JSON.stringify(json.version)}`)
    }
    if (json.checksum !== checksum(JSON.stringify(json.run) ?? '')) {
      throw this.#invalid('its checksum does not match its contents')
    }
    return json.run as Packed
  }

  #invalid(reason: string, cause?: unknown): NeatronError {
    return new NeatronError(
      'CHECKPOINT_INVALID',
      `Cannot resume from ${this.#file}: ${reason}. Resume from a directory that a run wrote, or start a new one.`,
      { cause },
    )
  }

  async #write(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (cause) {
      if (cause instanceof NeatronError) throw cause
      throw new NeatronError(
        'CHECKPOINT_WRITE',
        `Cannot save the run in ${this.directory}: ${(cause as Error).message}. Its last saved generation is intact: make room or give access, then resume.`,
        { cause },
      )
    }
  }
}

function checksum(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** A run as JSON holds it: genomes as their words, little-endian, in base64. */
type Packed = ReturnType<typeof pack>

function pack(state: RunState, generationsLength: number) {
  const { evolution, champion, ...rest } = state
  const { genomes, speciation, ...counters } = evolution
  return {
    ...rest,
    ...counters,
    nextSpecies: speciation.nextSpecies,
    threshold: speciation.threshold,
    species: speciation.species.map(({ representative: _, ...one }) => one),
    genomes: toBase64(
      packGenomes([champion, ...speciation.species.map((one) => one.representative), ...genomes]),
    ),
    generationsLength,
  }
}

function unpack(run: Packed): RunState {
  const { task, seed, config, championFitness, championTest, solved, evaluations } = run
  const { generation, nextInnovation, nextNode, bestFitness, lastImproved, phase } = run
  const { nextSpecies, threshold } = run
  const [champion, ...genomes] = unpackGenomes(fromBase64(run.genomes))
  const representatives = genomes.splice(0, run.species.length)
  const species = run.species.map((one, index) => ({
    ...one,
    representative: representatives[index],
  }))
  return {
    task,
    seed,
    config: completeConfig(config),
    evolution: {
      generation,
      genomes,
      speciation: { species, nextSpecies, threshold },
      phase,
      nextInnovation,
      nextNode,
      bestFitness,
      lastImproved,
    },
    champion,
    championFitness,
    championTest,
    solved,
    evaluations,
  }
}

function toBase64({ buffer, byteOffset, byteLength }: Uint32Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64')
}

function fromBase64(base64: string): Uint32Array {
  const bytes = Buffer.from(base64, 'base64')
  const words = new Uint32Array(bytes.length / 4)
  new Uint8Array(words.buffer).set(bytes)
  return words
}
