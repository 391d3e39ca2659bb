import test from 'ava'
import { InferProtocol } from '#src/brain/infer-protocol.js'
import { OipProtocol } from '#src/brain/oip-protocol.js'
import { Genome } from '#src/genome/genome.js'
import { deliverTrace, withdrawTrace } from '#src/measure/contenders/delivery.js'
import type { Trace } from '#src/measure/trace.js'
import { exportOnnx } from '#src/onnx/export.js'
import { faultyServer, json } from '../brain/_faulty-server.js'
import { serve } from '../brain/_remote.js'

const genome = Genome.random({ inputs: 3, outputs: 2, hidden: 2, connections: 8, seed: 1 })

/** A trace with these models. */
function trace(models: ('champion' | 'population')[]): Trace {
  const has = (model: 'champion' | 'population') => models.includes(model)
  return {
    source: 'test',
    inputSize: 3,
    outputSize: 2,
    champion: genome,
    genomes: [genome, genome],
    populationSize: 2,
    models: {
      champion: has('champion') ? exportOnnx(genome) : null,
      population: has('population') ? exportOnnx([genome, genome]) : null,
    },
    inputs: new Float32Array(3),
    populationInputs: new Float32Array(6),
  }
}

const address = (url: string) => ({ url, pid: null, name: 'test', prefix: '', suffix: '' })

for (const models of [['champion'], ['population'], ['champion', 'population']] as const) {
  test(`our server is asked at /infer: ${models.join(', ')}`, async (t) => {
    const { url } = await serve(t)
    const server = await deliverTrace(trace([...models]), address(url))
    t.true(server.json instanceof InferProtocol)
    t.true(server.binary instanceof OipProtocol)
    await withdrawTrace(address(url))
  })
}

test('a server without /infer is asked by the Open Inference Protocol', async (t) => {
  const { url } = await faultyServer(t, (response) => json(response, { error: 'Not Found' }, 404))
  const server = await deliverTrace(trace(['champion', 'population']), address(url))
  t.true(server.json instanceof OipProtocol)
  t.is(server.binary, null)
})
