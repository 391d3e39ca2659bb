import { CommanderError } from 'commander'
import { NeatronError } from '../errors.js'

/** The command did what it could and saved; the user stopped it. */
export const INTERRUPTED = 130

const USAGE = 2
const FAILED = 1

/** Codes that mean the command line, or a file it names, asked for something that cannot be. */
const usageCodes = new Set(['USAGE', 'CONFIG_INVALID'])

/** The exit code for what a command threw: 0 done (help, version), 1 failed, 2 wrong usage. */
export function exitCode(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE
  return error instanceof NeatronError && usageCodes.has(error.code) ? USAGE : FAILED
}

/** Says on one line of stderr why a command failed; commander has already said its own. */
export function report(error: unknown): void {
  if (error instanceof CommanderError) return
  process.stderr.write(`neatron: ${describe(error)}\n`)
}

function describe(error: unknown): string {
  if (error instanceof NeatronError) return `${error.message} [${error.code}]`
  if (!(error instanceof Error)) return String(error)
  // A failure of the file system says all in its message; anything else is a fault of ours.
  if ('syscall' in error) return error.message
  return `unexpected failure, please report it: ${error.stack ?? error.message}`
}
