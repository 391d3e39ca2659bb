import { open, readdir, realpath, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

let count = 0

/**
 * Writes a file whole or not at all: to a temporary file beside it, to the last byte, synced, then
 * renamed. write-file-atomic does not do: it takes a short write, which is the first thing that a
 * full disk answers, for a whole one, and renames the piece over the good file.
 */
export async function writeWholeFile(path: string, content: string | Uint8Array): Promise<void> {
  const target = await realpath(path).catch(() => path)
  const temporary = `${target}.${process.pid}.${++count}.tmp`
  try {
    const file = await open(temporary, 'w')
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, target)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {})
    throw error
  }
}

/**
 * Removes the temporary files that {@link writeWholeFile} left of this file in processes that were
 * killed. Only for who alone writes the file.
 */
export async function removeTemporaries(path: string): Promise<void> {
  const target = await realpath(path).catch(() => path)
  const folder = dirname(target)
  const start = `${basename(target)}.`
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.startsWith(start) || !/^\d+\.\d+\.tmp$/.test(name.slice(start.length))) continue
    await rm(join(folder, name), { force: true })
  }
}
