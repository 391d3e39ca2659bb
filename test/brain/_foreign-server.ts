import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { ExecutionContext } from 'ava'
import { request } from 'undici'
import { NeatBrain } from '#src/brain/neat-brain.js'
import type { RemoteOptions } from '#src/brain/remote-options.js'
import { Genome } from '#src/genome/genome.js'
import { close, genomes, INPUTS, OUTPUTS } from './_remote.js'

// What the tests against servers that nobody here wrote have in common.

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** A server started by a test, with the model repository that it reads. */
export interface ForeignServer {
  readonly url: string
  readonly repository: string
  stop(): Promise<void>
}

/** Why `services/NAME/start` cannot run here, in one line. */
export function unavailable(name: string): string | undefined {
  const { status, stderr } = spawnSync(join(root, 'services', name, 'start'), { encoding: 'utf8' })
  return status === 69 ? stderr.trim() : undefined
}

/**
 * A port that is free, and likely to be so when a server has come round to it: below those that
 * systems give to clients and to servers that name none.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(12_000, 32_000)
    const server = createServer().listen(port, '127.0.0.1')
    const free = await once(server, 'listening').then(
      () => true,
      () => false,
    )
    server.close()
    if (free) return port
  }
}

/** Runs `services/NAME/start` on a new model repository and waits until the port is ready. */
export async function startForeign(
  name: string,
  port: number,
  { args = [], env = {} }: { args?: string[]; env?: Record<string, string> } = {},
): Promise<ForeignServer> {
  const repository = mkdtempSync(join(tmpdir(), `neatron-${name}-`))
  const child = spawn(join(root, 'services', name, 'start'), [repository, ...args], {
    cwd: repository,
    stdio: 'ignore',
    env: { ...process.env, ...env },
  })
  const stop = async () => {
    await exit(child)
    rmSync(repository, { recursive: true })
  }
  const url = `http://127.0.0.1:${port}`
  for (;;) {
    const ready = await request(`${url}/v2/health/ready`).catch(() => undefined)
    await ready?.body.dump()
    if (child.exitCode !== null) {
      await stop()
      throw new Error(`services/${name}/start does not start`)
    }
    if (ready?.statusCode === 200) return { url, repository, stop }
    await sleep(100)
  }
}

async function exit(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = new Promise((resolve) => child.once('exit', resolve))
  child.kill()
  await exited
}

/** A folder that goes with the test. */
export function temporary(t: ExecutionContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'neatron-'))
  t.teardown(() => rmSync(directory, { recursive: true }))
  return directory
}

/** Runs our command line, and resolves to its output. */
export async function neatron(...args: string[]): Promise<string> {
  const program = [join(root, 'dist/cli/main.js'), ...args]
  const { stdout } = await promisify(execFile)(process.execPath, program)
  return stdout
}

/** Writes genomes into a model repository with `neatron export`. */
export async function exportTo(
  t: ExecutionContext,
  repository: string,
  name: string,
  population: readonly Genome[],
): Promise<void> {
  const directory = temporary(t)
  const files = population.map((genome, index) => {
    const file = join(directory, `genome-${index}.json`)
    writeFileSync(file, JSON.stringify(genome))
    return file
  })
  await neatron('export', ...files, '--repository', repository, '--name', name)
}

/** Asks the server to load a model from its repository. */
export async function loadModel(t: ExecutionContext, url: string, name: string): Promise<void> {
  const address = `${url}/v2/repository/models/${name}/load`
  const loaded = await request(address, { method: 'POST', body: '{}' })
  t.is(loaded.statusCode, 200, await loaded.body.text())
}

/** Loads two generations one after the other, and checks what each answers to 100 rows. */
export async function checkGenerations(
  t: ExecutionContext,
  options: Omit<RemoteOptions, 'protocol' | 'batch'>,
): Promise<void> {
  const brain = NeatBrain.remote({ ...options, protocol: 'oip', batch: 40 })
  for (const population of [genomes.slice(0, 10), genomes.slice(4, 14)]) {
    await brain.load(population)
    const genome = Uint32Array.from({ length: 100 }, (_, row) => row % population.length)
    const inputs = Float32Array.from({ length: 100 * INPUTS }, (_, i) => 3 * Math.sin(i))
    const outputs = new Float32Array(100 * OUTPUTS)
    await brain.feedForwardRows(genome, inputs, outputs, 100)
    genome.forEach((index, row) => {
      const expected = population[index].feedForward(
        inputs.subarray(row * INPUTS, (row + 1) * INPUTS),
      )
      close(t, outputs.subarray(row * OUTPUTS, (row + 1) * OUTPUTS), expected)
    })
  }
  t.like(brain.stats(), { rows: 200, inferCount: 200, requests: 6, remoteInferNs: null })
  await brain.close()
}

/** Asks a model that the server has, without loading it, as each of these genomes. */
export async function checkServed(
  t: ExecutionContext,
  url: string,
  model: string,
  population: readonly Genome[],
): Promise<void> {
  const brain = NeatBrain.remote({ url, protocol: 'oip', model })
  for (const [index, genome] of population.entries()) {
    close(t, await brain.infer([0.1, 0.2, 0.3], index), genome.feedForward([0.1, 0.2, 0.3]))
  }
  await brain.close()
}

/** The first genome as a recurrent one. */
export const recurrent = Genome.fromJSON({ ...genomes[0].toJSON(), recurrent: true })

/** Steps the model of {@link recurrent} as any client would: its state goes in and comes out. */
export async function checkSteps(t: ExecutionContext, url: string, model: string): Promise<void> {
  const base = `${url}/v2/models/${model}`
  const metadata = (await (await request(base)).body.json()) as {
    inputs: { name: string; shape: number[] }[]
    outputs: { name: string }[]
  }
  const names = [...metadata.inputs, ...metadata.outputs].map(({ name }) => name)
  t.deepEqual(names, ['inputs', 'state', 'outputs', 'state_out'])
  const [, size] = metadata.inputs[1].shape
  const network = recurrent.compile()
  const expected = new Float32Array(OUTPUTS)
  let state: number[] = new Array(size).fill(0)
  for (let step = 0; step < 4; step += 1) {
    const row = [0.1 * step, -0.2, 0.3]
    const inputs = [
      { name: 'inputs', datatype: 'FP32', shape: [1, INPUTS], data: row },
      { name: 'state', datatype: 'FP32', shape: [1, size], data: state },
    ]
    const reply = await request(`${base}/infer`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ inputs }),
    })
    const { outputs } = (await reply.body.json()) as { outputs: { name: string; data: number[] }[] }
    const data = (tensor: string) => outputs.find(({ name }) => name === tensor)!.data
    network.feedForward(Float32Array.from(row), expected)
    close(t, data('outputs'), expected)
    state = data('state_out')
  }
}

/** `neatron train` for three generations; what it prints, and its champion. */
export async function train(t: ExecutionContext, ...args: string[]) {
  const out = join(temporary(t), 'run')
  const fixed = '--runs 3 --population 50 --seed 1 --json'.split(' ')
  const stdout = await neatron('train', 'xor', ...fixed, '--out', out, ...args)
  return {
    result: JSON.parse(stdout.trim().split('\n').at(-1)!),
    champion: JSON.parse(readFileSync(join(out, 'champion.json'), 'utf8')),
  }
}

/** Evolves against the server, and as the same run does here. */
export async function checkTraining(t: ExecutionContext, url: string, ...args: string[]) {
  const remote = ['--mode', 'remote', '--batch', '200', '--protocol', 'oip', '--url', url, ...args]
  const there = await train(t, ...remote)
  t.is(there.result.generations, 3)
  t.is(there.result.inference.count, 3 * 50 * 4)
  t.is(there.result.http.requests, 3)
  t.deepEqual(there.champion, (await train(t)).champion)
}
