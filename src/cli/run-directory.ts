import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { NeatronError } from '../errors.js'
import type { Genome } from '../genome/genome.js'
import { simd } from '../native/addon.js'
import type { Config } from '../neat/config.js'
import { exportOnnx } from '../onnx/export.js'
import { VERSION } from '../version.js'
import { removeTemporaries, writeWholeFile } from '../whole-file.js'
import { readJson } from './files.js'
import type { InferenceSettings } from './train-inference.js'

/** What `run.json` holds: all that a resumed run needs to know, and what a reader wants to. */
export interface RunDescription {
  readonly task: string
  /** The file that exports the task, if it is none of neatron's own. */
  readonly module?: string
  readonly seed: number
  readonly generations: number
  readonly config: Config
  readonly inference: InferenceSettings
}

const FORMAT = 'neatron/run'

/** What a run must say of itself to be gone on with; the parameters of NEAT are checked by evolve. */
const Resumable = Type.Object({
  format: Type.Literal(FORMAT),
  task: Type.String(),
  module: Type.Optional(Type.String()),
  seed: Type.Integer(),
  generations: Type.Integer({ minimum: 1 }),
  config: Type.Unsafe<Config>(Type.Object({})),
  inference: Type.Object({
    mode: Type.Union([Type.Literal('cpu'), Type.Literal('remote')]),
    batch: Type.Union([Type.Integer({ minimum: 1 }), Type.Literal('adaptive')]),
    workers: Type.Optional(Type.Integer({ minimum: 1 })),
  }),
})

/** The directory of one training run: what is in it, and what may be done to it. */
export class RunDirectory {
  private constructor(readonly path: string) {}

  /** Makes the directory of a new run. Throws `RUN_EXISTS` rather than write over another. */
  static async create(path: string, run: RunDescription): Promise<RunDirectory> {
    const directory = new RunDirectory(path)
    if (existsSync(directory.file('checkpoint.json'))) {
      throw new NeatronError(
        'RUN_EXISTS',
        `${path} holds a run already: go on with it by --resume ${path}, or choose another --out.`,
      )
    }
    await mkdir(path, { recursive: true }).catch((cause: Error) => {
      throw new NeatronError('CHECKPOINT_WRITE', `Cannot make ${path}: ${cause.message}.`, {
        cause,
      })
    })
    await directory.write('run.json', `${JSON.stringify(describe(run), null, 2)}\n`)
    return directory
  }

  /** Opens the directory of a run to go on with. Throws `CHECKPOINT_INVALID` if it holds none. */
  static async open(path: string): Promise<{ directory: RunDirectory; run: RunDescription }> {
    const directory = new RunDirectory(path)
    const run = await readJson(directory.file('run.json')).catch((cause: Error) => {
      throw new NeatronError(
        'CHECKPOINT_INVALID',
        `Cannot resume from ${path}: ${cause.message} Give the directory that a run wrote.`,
        { cause },
      )
    })
    if (!Value.Check(Resumable, run)) {
      const { path: place, message } = Value.Errors(Resumable, run).First()!
      throw new NeatronError(
        'CHECKPOINT_INVALID',
        `Cannot resume from ${path}: its run.json is not whole (${place || 'the file'}: ${message}). Give the directory that a run wrote.`,
      )
    }
    return { directory, run }
  }

  /** Writes the champion as genome and as model. */
  async writeChampion(champion: Genome): Promise<void> {
    await this.write('champion.json', `${JSON.stringify(champion)}\n`)
    await this.write('champion.onnx', Buffer.from(exportOnnx(champion)))
  }

  /** The path of a file in the directory. */
  file(name: string): string {
    return join(this.path, name)
  }

  private async write(name: string, content: string | Buffer): Promise<void> {
    const path = this.file(name)
    await removeTemporaries(path)
    await writeWholeFile(path, content).catch((cause: Error) => {
      throw new NeatronError(
        'CHECKPOINT_WRITE',
        `Cannot write ${path}: ${cause.message}. Make room or give access, then resume.`,
        { cause },
      )
    })
  }
}

function describe(run: RunDescription): object {
  return {
    format: FORMAT,
    ...run,
    started: new Date().toISOString(),
    versions: { neatron: VERSION, node: process.versions.node, v8: process.versions.v8 },
    machine: {
      platform: `${process.platform}-${process.arch}`,
      cpu: cpus()[0]?.model,
      cores: cpus().length,
      memoryBytes: totalmem(),
      simd: simd(),
    },
  }
}
