import { readFile } from 'node:fs/promises'
import { NeatronError } from '../errors.js'
import { Genome } from '../genome/genome.js'

/** Reads a whole file, or all of stdin for `-`. Throws `FILE_UNREADABLE`. */
export async function readInput(path: string): Promise<Buffer> {
  try {
    if (path !== '-') return await readFile(path)
    const chunks: Buffer[] = []
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
    return Buffer.concat(chunks)
  } catch (cause) {
    throw new NeatronError('FILE_UNREADABLE', `Cannot read ${path}: ${(cause as Error).message}.`, {
      cause,
    })
  }
}

/** Reads a JSON file, or stdin for `-`. Throws `FILE_UNREADABLE`, or `JSON_INVALID` with the place. */
export async function readJson(path: string): Promise<unknown> {
  const text = (await readInput(path)).toString('utf8')
  try {
    // Editors on Windows like to begin a file with a byte order mark.
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (cause) {
    throw new NeatronError(
      'JSON_INVALID',
      `${path} is not JSON: ${(cause as Error).message}. Is the file whole?`,
      { cause },
    )
  }
}

/** Waits for what writes to `path`. Throws `FILE_UNWRITABLE` if the file system refuses. */
export async function writing<T>(path: string, written: Promise<T>): Promise<T> {
  return written.catch((cause: Error) => {
    throw new NeatronError(
      'FILE_UNWRITABLE',
      `Cannot write ${path}: ${cause.message}. Make room, give access, or choose another place.`,
      { cause },
    )
  })
}

/** Reads a genome file (`neatron/genome` JSON). Throws as `readJson`, `Genome.fromJSON` and `compile` do. */
export async function readGenome(path: string): Promise<Genome> {
  const json = await readJson(path)
  try {
    const genome = Genome.fromJSON(json)
    // A cycle is found by compiling, and has to be said of this file.
    genome.compile()
    return genome
  } catch (error) {
    if (!(error instanceof NeatronError)) throw error
    throw new NeatronError(error.code, `${path}: ${error.message}`, { cause: error })
  }
}
