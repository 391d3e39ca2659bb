/**
 * Every code a {@link NeatronError} can carry. Codes are stable; docs/errors.md lists each with
 * its cause and remedy, and a test fails when one is missing there.
 */
export const ERROR_CODES = [
  // Genomes
  'GENOME_FORMAT',
  'GENOME_CYCLE',
  'GENOME_UNKNOWN_NODE',
  'GENOME_DUPLICATE_NODE',
  'GENOME_DUPLICATE_INNOVATION',
  'GENOME_NOT_FINITE',
  'GENOME_NODE_KIND',
  'GENOME_INDEX',
  'POPULATION_SHAPE',
  'POPULATION_DISPOSED',
  // Calls
  'ARGUMENT_TYPE',
  'ARGUMENT_RANGE',
  'INPUT_LENGTH',
  'OUTPUT_LENGTH',
  'GENOME_LENGTH',
  'ROWS_RANGE',
  'SLOT_INDEX',
  'SLOT_LENGTH',
  'SLOT_REPEATED',
  'NETWORK_BUSY',
  'INPUT_NOT_FINITE',
  'OUTPUT_NOT_FINITE',
  'BUFFER_DETACHED',
  'BUFFER_SHARED',
  'BUFFERS_OVERLAP',
  // Brains and servers
  'BRAIN_NOT_LOADED',
  'BRAIN_CLOSED',
  'RECURRENT_UNSUPPORTED',
  'SERVER_UNREACHABLE',
  'SERVER_ERROR',
  'SERVER_BUSY',
  'SERVER_CANNOT_LOAD',
  'MODEL_NOT_FOUND',
  'REQUEST_TIMEOUT',
  'REQUEST_TOO_LARGE',
  'RESPONSE_INVALID',
  // Evolution
  'CONFIG_INVALID',
  'TASK_INVALID',
  'TASK_FAILED',
  'FITNESS_INVALID',
  'WORKER_CRASHED',
  'CHECKPOINT_INVALID',
  'CHECKPOINT_WRITE',
  // The command line
  'USAGE',
  'FILE_UNREADABLE',
  'FILE_UNWRITABLE',
  'JSON_INVALID',
  'ROWS_INVALID',
  'RUN_EXISTS',
  'RUN_INVALID',
  'BASELINE_INVALID',
  'BASELINE_MISMATCH',
  // Installation
  'NATIVE_MISSING',
  'SIMD_UNAVAILABLE',
  'INTERNAL',
  'ONNX_MISSING',
  // The server
  'SERVER_OPTION',
  'SERVER_START_FAILED',
  'MODEL_REFUSED',
] as const

/** A stable name for a kind of failure. */
export type ErrorCode = (typeof ERROR_CODES)[number]

/** What neatron throws: `code` is for programs, `message` says what to do. */
export class NeatronError extends Error {
  override readonly name = 'NeatronError'

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}
