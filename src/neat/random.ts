/** The seeded generator behind every choice of a run. See the class for its substreams. */
export class Random {
  constructor(readonly seed: number) {}
}
