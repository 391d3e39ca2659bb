/**
 * The only module that knows the native addon. The rest of neatron meets the addon's functions
 * here, with its errors turned into {@link NeatronError}.
 */
import { createRequire } from 'node:module'
import type * as Addon from '../../index.js'
import { ERROR_CODES, type ErrorCode, NeatronError } from '../errors.js'

/** The platforms that a release brings binaries for (package.json, napi.targets). */
export const PREBUILT = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64']

function missing(cause: unknown): NeatronError {
  const platform = `${process.platform}-${process.arch}`
  const problem = PREBUILT.includes(platform)
    ? `neatron's native addon for ${platform} could not be loaded. If neatron came from npm, ` +
      'install it again without --omit=optional.'
    : `neatron brings no native addon for ${platform}.`
  return new NeatronError(
    'NATIVE_MISSING',
    `${problem} Prebuilt: ${PREBUILT.join(', ')} (Linux with glibc or musl). In a clone, or on ` +
      'another platform, build it: install cargo (https://rustup.rs) and run `npm run build:native`.',
    { cause },
  )
}

/** Loaded by `require`, not `import`: a missing binary can then be told from other failures. */
function load(): typeof Addon {
  try {
    return createRequire(import.meta.url)('../../index.js')
  } catch (cause) {
    throw missing(cause)
  }
}

const codes: ReadonlySet<string> = new Set(ERROR_CODES)

/** What a native error's `code` says: ours, or napi-rs's own for an argument of the wrong type. */
function codeOf(error: Error & { code?: unknown }): ErrorCode {
  if (typeof error.code === 'string' && codes.has(error.code)) return error.code as ErrorCode
  return error.code === 'GenericFailure' ? 'INTERNAL' : 'ARGUMENT_TYPE'
}

/**
 * Turns what the addon threw into a {@link NeatronError}. Other errors (out of memory, a stack
 * overflow) pass unchanged.
 */
export function asNeatronError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof NeatronError || !('code' in error)) return error
  return new NeatronError(codeOf(error), error.message, { cause: error })
}

/** `call`, with the addon's errors as {@link NeatronError}. */
function checked<Args extends unknown[], Result>(
  call: (...args: Args) => Result,
): (...args: Args) => Result {
  return (...args) => {
    try {
      return call(...args)
    } catch (error) {
      throw asNeatronError(error)
    }
  }
}

const addon = load()

/** A function that computes a bound row or population, with views of the arrays it is bound to. */
export type BoundCall = ReturnType<typeof Addon.bindNetwork>
export type { Plan } from '../../index.js'

export const activationNames = checked(addon.activationNames)
/**
 * The instruction set that the kernels use: the best that this machine has, or the one that the
 * environment variable `NEATRON_SIMD` names.
 *
 * @throws NeatronError `SIMD_UNAVAILABLE` if the variable names one that this machine has not
 */
export const simd: () => string = checked(addon.simd)
export const validateGenome = checked(addon.validateGenome)
export const genomeFromJson = checked(addon.genomeFromJson)
export const genomeToJson = checked(addon.genomeToJson)
export const randomGenome = checked(addon.randomGenome)
export const planGenome = checked(addon.planGenome)
export const compileNetwork = checked(addon.compileNetwork)
export const networkByteLength = checked(addon.networkByteLength)
export const timeFeedForward = checked(addon.timeFeedForward)
export const bindNothing = checked(addon.bindNothing)
export const externalMemory = checked(addon.externalMemory)
export const feedForwardFunction = checked(addon.feedForwardFunction)
export const feedForwardBatchFunction = checked(addon.feedForwardBatchFunction)
export const feedForwardBatchAsync = checked(addon.feedForwardBatchAsync)
export const bindNetwork = checked(addon.bindNetwork)
export const bindNetworkBatch = checked(addon.bindNetworkBatch)
export const compilePopulation = checked(addon.compilePopulation)
export const populationByteLength = checked(addon.populationByteLength)
export const feedForwardRowsFunction = checked(addon.feedForwardRowsFunction)
export const bindPopulation = checked(addon.bindPopulation)
export const disposePopulation = checked(addon.disposePopulation)

export const planRecurrent = checked(addon.planRecurrent)
export const compileRecurrent = checked(addon.compileRecurrent)
export const recurrentByteLength = checked(addon.recurrentByteLength)
export const recurrentStateSize = checked(addon.recurrentStateSize)
export const resetRecurrent = checked(addon.resetRecurrent)
export const stepFunction = checked(addon.stepFunction)
export const stepBatchFunction = checked(addon.stepBatchFunction)
export const stepBatchAsync = checked(addon.stepBatchAsync)
export const bindRecurrent = checked(addon.bindRecurrent)
export const bindRecurrentBatch = checked(addon.bindRecurrentBatch)
export const compileRecurrentPopulation = checked(addon.compileRecurrentPopulation)
export const recurrentPopulationByteLength = checked(addon.recurrentPopulationByteLength)
export const recurrentPopulationStateSize = checked(addon.recurrentPopulationStateSize)
export const resetRecurrentPopulation = checked(addon.resetRecurrentPopulation)
export const disposeRecurrentPopulation = checked(addon.disposeRecurrentPopulation)
export const stepRowsFunction = checked(addon.stepRowsFunction)
export const bindRecurrentPopulation = checked(addon.bindRecurrentPopulation)
