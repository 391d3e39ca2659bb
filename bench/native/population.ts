import { Genome } from '#src/genome/genome.js'
import { Population } from '#src/genome/population.js'
import { planGenome, planRecurrent } from '#src/native/addon.js'
import { evaluate } from '../../test/reference.js'
import type { Contender } from './contender.js'
import { generatedRow } from './contenders/generated.js'
import { stepper } from './contenders/recurrent.js'
import { type RowFunction, typescriptRow } from './contenders/typescript.js'
import { rowsOf, withCycles } from './genomes.js'
import { STEPS, unrolled, verify } from './verify.js'

/** Genomes of the measured population. */
export const GENOMES = 1000
const INPUTS = 8
const OUTPUTS = 4

type Row = Float32Array
/** Whatever computes one genome's row: of the population's inputs and outputs, at i and o. */
interface One {
  call: RowFunction
  restart?(): void
}

/** A thousand genomes, one call for each. */
function oneByOne(name: string, inputs: Row, genomes: Genome[], make: (genome: Genome) => One) {
  const all = genomes.map(make)
  const outputs = new Float32Array(GENOMES * OUTPUTS)
  const contender: Contender = {
    name: `${name}, genome by genome`,
    run() {
      for (let at = 0; at < GENOMES; at++) all[at].call(inputs, at * INPUTS, outputs, at * OUTPUTS)
    },
    outputs,
    restart() {
      for (const { restart } of all) restart?.()
    },
  }
  return contender
}

/** A bound call for each genome, on its own part of the population's rows. */
function boundCalls(inputs: Row, genomes: Genome[]): Contender {
  const outputs = new Float32Array(GENOMES * OUTPUTS)
  const networks = genomes.map((genome) => genome.compile())
  const calls = networks.map((network, at) =>
    network.bind(
      inputs.subarray(at * INPUTS, (at + 1) * INPUTS),
      outputs.subarray(at * OUTPUTS, (at + 1) * OUTPUTS),
    ),
  )
  return {
    name: 'bind, genome by genome',
    run() {
      for (let at = 0; at < GENOMES; at++) calls[at]()
    },
    outputs,
    restart() {
      for (const network of networks) network.reset()
    },
  }
}

/**
 * Compiling a generation, and running it on a row for each genome: in one call, and genome by
 * genome. Verified.
 */
export async function populationContenders(recurrent: boolean): Promise<Contender[]> {
  const genomes = Array.from({ length: GENOMES }, (_, seed) => {
    const genome = Genome.random({
      inputs: INPUTS,
      outputs: OUTPUTS,
      hidden: 16,
      connections: 100,
      seed,
    })
    return recurrent ? withCycles(genome) : genome
  })
  const population = Population.compile(genomes)
  const inputs = rowsOf(GENOMES * INPUTS)
  population.inputs.set(inputs)
  const inJavaScript = (make: typeof typescriptRow) => (genome: Genome) => {
    if (!recurrent) return { call: make(planGenome(genome.words)) }
    const plan = planRecurrent(genome.words, 0)
    const call = stepper(make(plan), genome, plan.outputSlots.length)
    return { call, restart: call.restart }
  }
  const contenders: Contender[] = [
    {
      name: 'population.feedForward',
      run: () => population.feedForward(),
      outputs: population.outputs,
      restart: () => population.reset(),
    },
    boundCalls(inputs, genomes),
    oneByOne('TypeScript', inputs, genomes, inJavaScript(typescriptRow)),
    oneByOne('generated JavaScript', inputs, genomes, inJavaScript(generatedRow)),
  ]
  const expected = genomes.flatMap((genome, at) => {
    const row = inputs.subarray(at * INPUTS, (at + 1) * INPUTS)
    return evaluate(recurrent ? unrolled(genome.toJSON()) : genome.toJSON(), row)
  })
  await verify(`the population of ${GENOMES}`, expected, contenders, recurrent ? STEPS : 1)
  const compile = () => Population.compile(genomes).dispose()
  return [{ name: 'Population.compile', run: compile }, ...contenders]
}
