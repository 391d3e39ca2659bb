/**
 * Divides `total` children among species in proportion to their shares; fractions go to the
 * largest remainders, the elder species first, so that the sum is exact. Shares of zero throughout
 * count as equal.
 */
export function allot(shares: readonly number[], total: number): number[] {
  const sum = shares.reduce((a, b) => a + b, 0)
  const quotas = shares.map((share) => (sum > 0 ? (share / sum) * total : total / shares.length))
  const offspring = quotas.map(Math.floor)
  const left = total - offspring.reduce((a, b) => a + b, 0)
  quotas
    .map((quota, index) => ({ index, remainder: quota - offspring[index] }))
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index)
    .slice(0, left)
    .forEach(({ index }) => {
      offspring[index]++
    })
  return offspring
}
