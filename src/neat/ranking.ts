/**
 * The indices in order of their fitness, the greatest first, and the earlier first among equals: a
 * merge sort, since `Array.sort` calls a comparator some ten times for each genome of a
 * population of 1,000, which costs a tenth of making a child.
 */
export function rank(members: readonly number[], fitness: Float64Array): Uint32Array {
  const { length } = members
  let from = new Uint32Array(members)
  let to = new Uint32Array(length)
  for (let width = 1; width < length; width *= 2) {
    for (let start = 0; start < length; start += 2 * width) {
      const middle = Math.min(start + width, length)
      const end = Math.min(middle + width, length)
      let left = start
      let right = middle
      for (let at = start; at < end; at++) {
        const takeLeft =
          right === end || (left < middle && fitness[from[left]] >= fitness[from[right]])
        to[at] = takeLeft ? from[left++] : from[right++]
      }
    }
    const sorted = to
    to = from
    from = sorted
  }
  return from
}
