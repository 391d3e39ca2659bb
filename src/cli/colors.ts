import picocolors from 'picocolors'
import type { Colors } from '../report/text.js'

/**
 * Colours where stdout is a terminal, or where they are forced; never in a pipe otherwise, not even
 * in CI, where picocolors has them on.
 */
export function stdoutColors(): Colors {
  const wanted = process.stdout.isTTY || process.env.FORCE_COLOR !== undefined
  return picocolors.createColors(wanted && picocolors.isColorSupported)
}
