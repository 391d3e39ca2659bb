import test from 'ava'
import { completeConfig } from '#src/neat/config.js'
import { beginEvolution, Evolution } from '#src/neat/evolution.js'

/** Of 400 genomes of a first generation, all split once: how often each connection was. */
function splits(inputs: number): number[] {
  const config = completeConfig({
    population: 400,
    bias: 'none',
    addNode: 1,
    addConnection: 0,
    mutateWeights: 0,
    mutationOnly: 1,
    championSize: 1000,
    compatibilityThreshold: 1e9,
  })
  const evolution = new Evolution(config, 1, beginEvolution(inputs, 1, config, 1))
  evolution.advance(new Float64Array(400).fill(1))
  const counts = new Array<number>(inputs).fill(0)
  for (const genome of evolution.state.genomes) {
    const off = genome.toJSON().connections.filter(({ enabled }) => enabled === false)
    if (off.length !== 1) throw new Error(`${off.length} were split`)
    counts[off[0].innovation]++
  }
  return counts
}

test('small genomes split elder connections first', (t) => {
  const [first, second, third] = splits(4)
  // 0.7, 0.21, 0.063 of them, and a bit that begins anew.
  t.true(Math.abs(first / 400 - 0.71) < 0.08, `${first}`)
  t.true(Math.abs(second / 400 - 0.21) < 0.08, `${second}`)
  t.true(third < second && third > 0)
})

test('large genomes split any connection', (t) => {
  const counts = splits(16)
  t.true(Math.max(...counts) < 60 && Math.min(...counts) > 5, `${counts}`)
})
