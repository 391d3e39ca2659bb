/** How far outputs may be from native ones, relative to max(1, |y|): section 6 of the design. */
export const OUTPUT_LIMIT = 1e-5

/** How a contender's answers to the whole trace compare with native ones. */
export interface Verification {
  /** Rows compared. */
  readonly rows: number
  /** The largest |answer - y| / max(1, |y|); infinite when an answer is missing or not finite. */
  readonly worst: number
  readonly limit: number
}

/**
 * Compares answers with native ones, [rows x outputs] both. Done before anything is timed: how fast
 * a wrong answer comes is of no interest.
 */
export function verifyOutputs(
  answers: Float32Array,
  native: Float32Array,
  outputs: number,
): Verification {
  const rows = native.length / outputs
  let worst = answers.length === native.length ? 0 : Number.POSITIVE_INFINITY
  for (let i = 0; i < native.length && worst !== Number.POSITIVE_INFINITY; i++) {
    const off = Math.abs(answers[i] - native[i]) / Math.max(1, Math.abs(native[i]))
    worst = Number.isFinite(off) ? Math.max(worst, off) : Number.POSITIVE_INFINITY
  }
  return { rows, worst, limit: OUTPUT_LIMIT }
}
