import test from 'ava'
import { exportOnnx, Genome, Network, Population } from 'neatron'

const genome = Genome.random({ inputs: 2, outputs: 1, seed: 1 })
const refusal = (message: RegExp, code = 'ARGUMENT_TYPE') => ({
  name: 'NeatronError',
  code,
  message,
})

test('an option that there is not is refused, with those that there are', (t) => {
  const typo = { conections: 5 } as object
  t.throws(
    () => Genome.random({ inputs: 2, outputs: 1, ...typo }),
    refusal(
      /Genome\.random has no option conections; it knows inputs, outputs, hidden, connections/,
    ),
  )
  t.throws(() => genome.compile(typo), refusal(/compile has no option conections.*recurrent/))
  t.throws(() => Population.compile([genome], typo), refusal(/conections.*recurrent/))
  t.throws(
    () => exportOnnx(genome, typo),
    refusal(/exportOnnx has no option conections.*ids, rounding/),
  )
})

test('options are of their types', (t) => {
  for (const options of [null, 1, 'recurrent', true] as unknown[] as object[]) {
    t.throws(() => genome.compile(options), refusal(/options of compile must be an object/))
    t.throws(() => Population.compile([genome], options), refusal(/must be an object/))
    t.throws(() => exportOnnx(genome, options), refusal(/must be an object/))
  }
  for (const recurrent of [null, 1, 'false'] as unknown as boolean[]) {
    t.throws(() => genome.compile({ recurrent }), refusal(/recurrent must be true or false/))
    t.throws(() => Population.compile([genome], { recurrent }), refusal(/true or false/))
  }
  t.throws(() => exportOnnx(genome, { ids: 'ab' as never }), refusal(/ids must be/))
  t.throws(() => exportOnnx(genome, { ids: [1] as never }), refusal(/ids must be/))
  t.throws(
    () => exportOnnx(genome, { rounding: 'exact' as never }),
    refusal(/standard or native/, 'ARGUMENT_RANGE'),
  )
})

test('classes are made by their functions', (t) => {
  for (const [make, instead] of [
    [Genome, /Genome\.random/],
    [Network, /genome\.compile/],
    [Population, /Population\.compile/],
  ] as [new (...args: unknown[]) => unknown, RegExp][]) {
    t.throws(() => new make(), refusal(instead))
    t.throws(() => new make(genome.words, [genome]), refusal(instead))
  }
})

test('packed words are of their type, and have a header', (t) => {
  for (const words of [undefined, null, [1, 2, 3], new Float32Array(9), 'words']) {
    t.throws(() => Genome.fromWords(words as never), refusal(/words must be a Uint32Array/))
  }
  t.throws(() => Genome.fromWords(new Uint32Array(4)), refusal(/header/, 'GENOME_FORMAT'))
  const lost = Genome.fromWords(genome.words.slice())
  structuredClone(0, { transfer: [lost.words.buffer as ArrayBuffer] })
  t.throws(() => lost.compile(), refusal(/gone/, 'BUFFER_DETACHED'))
  t.throws(() => Population.compile([genome, lost]), refusal(/header/, 'GENOME_FORMAT'))
})

test('a random genome has as many connections as its nodes can hold', (t) => {
  const count = (connections: number, hidden = 0) =>
    Genome.random({ inputs: 2, outputs: 1, hidden, connections, seed: 1 }).connectionCount
  t.is(count(2), 2)
  t.is(count(100), 2)
  t.is(count(100, 1), 5)
  t.is(count(0, 1), 2)
})
