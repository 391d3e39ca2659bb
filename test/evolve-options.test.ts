import test from 'ava'
import { evolve, NeatronError, tasks } from 'neatron'

test('wrong options are typed errors, before anything runs', async (t) => {
  const good = { task: tasks.xor!, generations: 1, population: 10, seed: 1 }
  const wrong: unknown[] = [
    undefined,
    null,
    5,
    {},
    { ...good, task: 'xor' },
    { ...good, task: null },
    { ...good, task: {} },
    { ...good, task: { module: 5 } },
    { ...good, task: { module: 'a.js', export: 5 } },
    { ...good, fitness: () => [] },
    { fitness: () => [] },
    { inputs: 1, outputs: 1 },
    { inputs: 0, outputs: 1, fitness: () => [] },
    { inputs: 1, outputs: 1, fitness: [] },
    { inputs: 1, outputs: 1, fitness: () => [], targetFitness: Number.NaN },
    { inputs: 1, outputs: 1, fitness: () => [], workers: 2 },
  ]
  const options: Record<string, unknown[]> = {
    generations: ['3', Number.NaN, 1.5, -1, null, {}],
    population: ['10', {}, 10n],
    seed: ['1', Symbol('seed'), -1, 0.5],
    brain: [true, {}, null, { load() {} }],
    config: [null, 5],
    onGeneration: [5, {}],
    onEvaluated: [5, {}],
    workers: ['2', 1.5, 0, -1, null],
    signal: [{ aborted: false }, 5],
    checkpoint: ['runs/xor', {}, { directory: 5 }],
    genrations: [5],
  }
  for (const [name, values] of Object.entries(options)) {
    wrong.push(...values.map((value) => ({ ...good, [name]: value })))
  }
  for (const each of wrong) {
    const error = await t.throwsAsync(async () => evolve(each as never), {
      instanceOf: NeatronError,
    })
    t.regex(error?.code ?? '', /^ARGUMENT_/)
  }
})

test('options left undefined, and generations without end, are taken', async (t) => {
  const { generations } = await evolve({
    task: tasks.xor!,
    seed: 1,
    population: 50,
    generations: Infinity,
    brain: undefined,
    config: undefined,
    onGeneration: ({ generation }: { generation: number }) => generation === 1 && stop.abort(),
    signal: stop.signal,
  } as never)
  t.is(generations, 2)
})

const stop = new AbortController()
