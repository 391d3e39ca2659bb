import test from 'ava'
import { NeatBrain } from '#src/brain/neat-brain.js'
import type { RemoteOptions } from '#src/brain/remote-options.js'
import { Genome } from '#src/genome/genome.js'
import { Random } from '#src/neat/random.js'
import { close, genomes as feedForward, INPUTS, OUTPUTS, remote, serve } from './_remote.js'

/** Genomes with states: each output also feeds itself, a little, and a hidden node feeds it back. */
const genomes = feedForward.map((genome) => {
  const json = genome.toJSON()
  const computed = json.nodes.filter(({ kind }) => kind !== 'input').map(({ id }) => id)
  const loops = computed.map((id, at) => ({
    innovation: 100_000 + at,
    from: id,
    to: computed[(at * 3) % computed.length],
    weight: 0.25,
  }))
  return Genome.fromJSON({
    ...json,
    recurrent: true,
    nodes: json.nodes.map((node) =>
      node.kind === 'input' ? node : { ...node, activation: 'tanh' },
    ),
    connections: [
      ...json.connections.map((gene) => ({ ...gene, weight: gene.weight / 2 })),
      ...loops,
    ],
  })
})

/** Some ticks of episodes that end one by one, in an order that changes from tick to tick. */
async function play(brain: NeatBrain): Promise<Float32Array[]> {
  await brain.load(genomes)
  const random = new Random(1)
  const answers: Float32Array[] = []
  for (let tick = 0; tick < 6; tick++) {
    const episodes = Array.from({ length: 40 - 5 * tick }, (_, index) => index)
    if (tick % 2 === 1) episodes.reverse()
    const rows = episodes.length
    const slots = Uint32Array.from(episodes)
    const genome = slots.map((episode) => episode % genomes.length)
    const inputs = Float32Array.from({ length: rows * INPUTS }, () => random.signed())
    const outputs = new Float32Array(rows * OUTPUTS)
    await brain.feedForwardRows(genome, inputs, outputs, rows, slots)
    answers.push(outputs)
  }
  return answers
}

const modes: [name: string, options: Partial<RemoteOptions>][] = [
  ['single call', { batch: 1 }],
  ['batches of 8, 4 in flight', { batch: 8, concurrency: 4 }],
  ['whole ticks, OIP', { batch: 1000, protocol: 'oip' }],
]
for (const [name, options] of modes) {
  test(`the client keeps each episode's state: ${name}`, async (t) => {
    const native = await play(NeatBrain.inProcess())
    const { brain } = await remote(t, options)
    for (const [tick, answer] of (await play(brain)).entries()) close(t, answer, native[tick])
    // Loading begins anew.
    for (const [tick, answer] of (await play(brain)).entries()) close(t, answer, native[tick])
  })
}

test('infer has the state of its genome, in process and remote', async (t) => {
  const { brain } = await remote(t)
  const native = NeatBrain.inProcess()
  await brain.load(genomes)
  await native.load(genomes)
  for (let step = 0; step < 4; step++) {
    const row = [0.5, step / 4, -0.25]
    close(t, await brain.infer(row, 2), await native.infer(row, 2))
  }
  const two = [brain.infer([0, 0, 0], 2), brain.infer([0, 0, 0], 2)]
  await t.throwsAsync(Promise.all(two), { code: 'SLOT_REPEATED' })
  await Promise.allSettled(two)
  close(t, await brain.infer([0, 0, 0], 1), await native.infer([0, 0, 0], 1))
})

test('slots that are wrong are refused before anything is sent', async (t) => {
  const { brain } = await remote(t)
  await brain.load(genomes)
  const attempt = (slots?: Uint32Array) =>
    brain.feedForwardRows(
      new Uint32Array(2),
      new Float32Array(2 * INPUTS),
      new Float32Array(2 * OUTPUTS),
      2,
      slots,
    ) as Promise<void>
  await t.throwsAsync(attempt(), { code: 'SLOT_REPEATED' })
  await t.throwsAsync(attempt(Uint32Array.of(1)), { code: 'SLOT_LENGTH' })
  await t.throwsAsync(attempt(Uint32Array.of(1, 2 ** 32 - 1)), { code: 'SLOT_INDEX' })
  t.is(brain.stats().rows, 0)
  await t.notThrowsAsync(attempt(Uint32Array.of(1, 0)))
})

test('a recurrent model that the server has already is refused', async (t) => {
  const { url } = await serve(t, { models: [{ name: 'champion', genome: genomes[0] }] })
  const brain = NeatBrain.remote({ url, model: 'champion' })
  t.teardown(() => brain.close())
  await t.throwsAsync(brain.infer([0, 0, 0]), { code: 'RECURRENT_UNSUPPORTED' })
})
