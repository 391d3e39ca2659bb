import type { GenerationLine } from './generation-line.js'

/** So many species have a colour, the largest by all their genomes of all generations. */
const COLOURED = 16

/**
 * The colours of the largest species, as indices below `colours`: neighbours in the stack of any
 * generation differ, smaller species left out, if that many colours allow it. Elder species choose
 * first, each the next colour in turn that none of its neighbours has.
 */
export function speciesColours(
  generations: readonly GenerationLine[],
  colours: number,
): Map<number, number> {
  const large = largest(generations)
  const neighbours = neighbourhoods(generations, large)
  const chosen = new Map<number, number>()
  let turn = 0
  for (const id of [...neighbours.keys()].sort((a, b) => a - b)) {
    const meetings = new Array<number>(colours).fill(0)
    for (const [other, times] of neighbours.get(id)!) {
      const colour = chosen.get(other)
      if (colour !== undefined) meetings[colour] += times
    }
    const inTurn = meetings.map((_, i) => (turn + i) % colours)
    const colour = inTurn.reduce((best, one) => (meetings[one] < meetings[best] ? one : best))
    chosen.set(id, colour)
    turn = colour + 1
  }
  return chosen
}

function largest(generations: readonly GenerationLine[]): Set<number> {
  const genomes = new Map<number, number>()
  for (const { speciesSizes } of generations) {
    for (const { id, size } of speciesSizes) genomes.set(id, (genomes.get(id) ?? 0) + size)
  }
  const ranked = [...genomes].sort((a, b) => b[1] - a[1] || a[0] - b[0])
  return new Set(ranked.slice(0, COLOURED).map(([id]) => id))
}

/** Which species stand next to which, and in how many generations. */
function neighbourhoods(
  generations: readonly GenerationLine[],
  large: ReadonlySet<number>,
): Map<number, Map<number, number>> {
  const found = new Map<number, Map<number, number>>()
  const of = (id: number) => {
    const known = found.get(id) ?? new Map<number, number>()
    found.set(id, known)
    return known
  }
  for (const { speciesSizes } of generations) {
    const ids = alive(speciesSizes).filter((id) => large.has(id))
    for (const [i, id] of ids.entries()) {
      const mine = of(id)
      const above = ids[i + 1]
      if (above === undefined) continue
      mine.set(above, (mine.get(above) ?? 0) + 1)
      const theirs = of(above)
      theirs.set(id, (theirs.get(id) ?? 0) + 1)
    }
  }
  return found
}

/** Species with members, in the order of the stack: the eldest first. */
function alive(sizes: GenerationLine['speciesSizes']): number[] {
  return sizes
    .filter(({ size }) => size > 0)
    .map(({ id }) => id)
    .sort((a, b) => a - b)
}
