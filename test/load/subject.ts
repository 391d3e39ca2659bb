import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { request } from 'undici'
import { Genome } from '#src/genome/genome.js'
import { Random } from '#src/neat/random.js'
import { exportOnnx } from '#src/onnx/export.js'

const ROWS = 64
const GENOMES = 64
const INPUTS = 8
const BODIES = 16

/**
 * A model that is work: a population, of which each request asks rows of many genomes. So the
 * server's limit lies far below what the generator can offer on the other core.
 */
export async function writeModel(): Promise<{ file: string; remove: () => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'neatron-load-'))
  const file = join(directory, 'population.onnx')
  const genomes = Array.from({ length: GENOMES }, (_, seed) =>
    Genome.random({ inputs: INPUTS, outputs: 4, hidden: 20, connections: 120, seed }),
  )
  await writeFile(file, exportOnnx(genomes))
  return { file, remove: () => rm(directory, { recursive: true }) }
}

/** Requests of 64 rows in the binary tensor extension, as bytes in base64. */
export function makeRequests(): string[] {
  const random = new Random(1)
  return Array.from({ length: BODIES }, () => {
    const inputs = Float32Array.from({ length: ROWS * INPUTS }, () => random.next() * 2 - 1)
    const genome = BigInt64Array.from({ length: ROWS }, () =>
      BigInt(Math.floor(random.next() * GENOMES)),
    )
    const tensor = (name: string, datatype: string, shape: number[], bytes: number) => ({
      ...{ name, datatype, shape },
      parameters: { binary_data_size: bytes },
    })
    const json = JSON.stringify({
      inputs: [
        tensor('inputs', 'FP32', [ROWS, INPUTS], inputs.byteLength),
        tensor('genome', 'INT64', [ROWS], genome.byteLength),
      ],
      outputs: [{ name: 'outputs', parameters: { binary_data: true } }],
    })
    const length = json.length + inputs.byteLength + genome.byteLength
    const head = [
      'POST /v2/models/population/infer HTTP/1.1',
      'Host: localhost',
      'Content-Type: application/octet-stream',
      `Inference-Header-Content-Length: ${json.length}`,
      `Content-Length: ${length}`,
    ]
    const parts = [`${head.join('\r\n')}\r\n\r\n${json}`, inputs, genome].map((part) =>
      typeof part === 'string' ? Buffer.from(part) : Buffer.from(part.buffer),
    )
    return Buffer.concat(parts).toString('base64')
  })
}

/** The server that is put under load, with its log. */
export class Subject {
  #log = ''

  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
  ) {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#log += text
    })
  }

  /** Starts `neatron serve` with these flags. */
  static async start(...flags: string[]): Promise<Subject> {
    const program = ['dist/cli/main.js', 'serve', '--port', '0', '--log', ...flags]
    const child = spawn(process.execPath, program, { stdio: ['ignore', 'pipe', 'pipe'] })
    const [line] = (await once(createInterface(child.stdout!), 'line')) as [string]
    return new Subject(line.replace('neatron serving ', ''), child)
  }

  /** Resident memory in MiB. */
  async memoryMiB(): Promise<number> {
    try {
      const status = await readFile(`/proc/${this.child.pid}/status`, 'utf8')
      return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024
    } catch {
      // No Linux.
      const output = execFileSync('ps', ['-o', 'rss=', '-p', String(this.child.pid)])
      return Number(output) / 1024
    }
  }

  /** Requests that the server says it has answered. */
  async answered(): Promise<number> {
    const { body } = await request(`${this.url}/v2/models/population/stats`)
    const { model_stats } = (await body.json()) as {
      model_stats: [{ inference_stats: { success: { count: number } } }]
    }
    return model_stats[0].inference_stats.success.count
  }

  /** Sends SIGTERM, and gives the exit code and the number of answers by its last words. */
  async stop(): Promise<{ code: number | null; answered: number | undefined }> {
    this.child.kill('SIGTERM')
    await once(this.child, 'close')
    const lines = this.#log.split('\n').filter((line) => line.startsWith('{'))
    const last = lines.map((line) => JSON.parse(line)).find(({ msg }) => msg === 'stopped')
    return { code: this.child.exitCode, answered: last?.answered }
  }
}
