/** All of a list, forwards and backwards in turns, from another place every other round. */
export function inTurn<T>(list: readonly T[], round: number): T[] {
  const start = Math.floor(round / 2)
  const rotated = list.map((_, at) => list[(start + at) % list.length])
  return round % 2 === 0 ? rotated : rotated.reverse()
}
