import test from 'ava'
import { completeConfig } from '#src/neat/config.js'

test('what is left out is as in Stanley and Miikkulainen (2002)', (t) => {
  t.like(completeConfig(), {
    population: 150,
    excessCoefficient: 1,
    disjointCoefficient: 1,
    weightCoefficient: 0.4,
    compatibilityThreshold: 3,
    smallGenome: 20,
    stagnation: 15,
    championSize: 5,
    mutateWeights: 0.8,
    perturbWeight: 0.9,
    inheritDisabled: 0.75,
    mutationOnly: 0.25,
    interspeciesMating: 0.001,
    addNode: 0.03,
    addConnection: 0.05,
  })
})

test('later settings override earlier ones', (t) => {
  const config = completeConfig({ stagnation: 3, population: 9 }, undefined, { population: 10 })
  t.like(config, { stagnation: 3, population: 10, addNode: 0.03 })
})

const bad: [unknown, RegExp][] = [
  [{ stagnation: 0 }, /^stagnation: expected a whole number of at least 1, came 0$/m],
  [{ stagnation: 1.5 }, /^stagnation: expected a whole number of at least 1, came 1.5$/m],
  [{ addNode: 2 }, /^addNode: expected a number from 0 to 1, came 2$/m],
  [{ addNode: '0.1' }, /^addNode: expected a number from 0 to 1, came "0.1"$/m],
  [{ bias: 'yes' }, /^bias: expected one of "unit", "none", came "yes"$/m],
  [{ hiddenActivations: ['tan'] }, /^hiddenActivations.0: expected one of "identity", .*"tan"$/m],
  [{ hiddenActivations: [] }, /^hiddenActivations: expected a list of at least 1 of them/m],
  [{ mutateWeight: 0.5 }, /^mutateWeight: no such parameter; there are population, /m],
  [[], /expected an object of parameters, came \[\]/],
  [null, /expected an object of parameters, came null/],
]

for (const [value, message] of bad) {
  test(`refused: ${JSON.stringify(value)}`, (t) => {
    t.throws(() => completeConfig(value), { code: 'CONFIG_INVALID', message })
  })
}

test('there is a line for each bad key', (t) => {
  const error = t.throws(() => completeConfig({ addNode: -1, population: 'many', speed: 9 }))
  t.is(error?.message.split('\n').length, 4)
})
