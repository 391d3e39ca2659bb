/**
 * How many pairs of lines between two columns cross (Barth, Juenger and Mutzel 2002): with the lines
 * sorted by their left ends, the inversions among their right ends, counted in a Fenwick tree.
 *
 * @param lines - places in the left and the right column, from 0
 */
export function crossings(lines: readonly (readonly [left: number, right: number])[]): number {
  const places = lines.reduce((most, [, right]) => Math.max(most, right), 0) + 1
  const tree = new Uint32Array(places + 1)
  let count = 0
  let before = 0
  for (const [, right] of [...lines].sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    let notBelow = 0
    for (let i = right + 1; i > 0; i -= i & -i) notBelow += tree[i]
    count += before - notBelow
    for (let i = right + 1; i <= places; i += i & -i) tree[i]++
    before++
  }
  return count
}
