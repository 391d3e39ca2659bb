import { basename, extname } from 'node:path'
import { Command } from 'commander'
import { createServer } from '../create-server.js'
import { NeatronError } from '../errors.js'
import { READY } from '../serve/child.js'
import type { ServedModel } from '../serve/options.js'
import { readGenome, readInput } from './files.js'
import { integer, number } from './options.js'

interface ServeOptions {
  host?: string
  port?: number
  socket?: string
  token?: string
  allowLoad?: boolean
  batching: boolean
  maxBatch?: number
  maxQueue?: number
  maxQueueDelayUs?: number
  stayAwakeUs?: number
  maxBodyMb?: number
  maxQueueMb?: number
  timeoutMs?: number
  receiveTimeoutMs?: number
  maxSessionMb?: number
  log?: boolean
  logRequests?: boolean
  untilStdinCloses?: boolean
}

/** `neatron serve`: answers inference over HTTP until it is told to stop. */
export function serveCommand(): Command {
  return new Command('serve')
    .description('serve models over HTTP: POST /infer and the Open Inference Protocol v2')
    .argument('[files...]', 'models (.onnx) and genomes (.json), each served under its file name')
    .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
    .option(
      '--port <port>',
      'port to listen on; 0 takes a free one (default: 8000)',
      integer(0, 65_535),
    )
    .option('--socket <path>', 'Unix domain socket to listen on instead')
    .option('--token <token>', 'bearer token that clients must send (default: $NEATRON_TOKEN)')
    .option('--allow-load', 'let clients load and unload models')
    .option('--no-batching', 'run each request by itself')
    .option('--max-batch <rows>', 'most rows of a run (default: 1024)', integer(1))
    .option(
      '--max-queue <requests>',
      'most requests waiting for a model (default: 1024)',
      integer(1),
    )
    .option('--max-queue-mb <MiB>', 'most MiB of all requests (default: 256)', number(0))
    .option('--max-queue-delay-us <us>', 'wait for others to share a run (default: 0)', integer(0))
    .option(
      '--stay-awake-us <us>',
      'stay awake for the next request of a client that asks one after the other (default: 200)',
      integer(0),
    )
    .option('--max-body-mb <MiB>', 'most MiB of a body (default: 64)', number(0))
    .option('--timeout-ms <ms>', 'longest wait for a run (default: 10000)', integer(1))
    .option(
      '--receive-timeout-ms <ms>',
      'longest time for a request to arrive (default: 30000)',
      integer(1),
    )
    .option('--max-session-mb <MiB>', 'most MiB of open sessions (default: 1024)', number(0))
    .option('--log', 'faults, loads, unloads and the end as JSON lines on stderr')
    .option('--log-requests', 'each request as well, which costs more than to answer it')
    .option('--until-stdin-closes', 'stop when standard input closes: for programs that start it')
    .addHelpText(
      'after',
      `
Examples:
  neatron serve champion.onnx
  curl -d '{"inputs": [[0.1, 0.2, 0.3, 0.4]]}' http://127.0.0.1:8000/infer
  neatron serve --allow-load                        clients bring the models
  neatron serve --host 0.0.0.0 champion.onnx        needs a token

SIGTERM and Ctrl-C stop it; what it has accepted is answered first.`,
    )
    .action(serve)
}

async function serve(files: string[], options: ServeOptions): Promise<void> {
  const { untilStdinCloses, token = process.env.NEATRON_TOKEN, ...rest } = options
  const server = await createServer({ ...rest, token, models: await readModels(files) })
  const stop = async () => {
    await server.close()
    // A pipe that is still open would keep the process alive.
    process.stdin.destroy()
  }
  process.once('SIGTERM', stop).once('SIGINT', stop)
  if (untilStdinCloses) process.stdin.once('close', stop).resume()
  console.log(READY + server.url)
}

async function readModels(files: readonly string[]): Promise<ServedModel[]> {
  const names = files.map((file) => basename(file, extname(file)))
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) {
    throw new NeatronError('USAGE', `Two files would be served as "${twice}"; rename one.`)
  }
  return Promise.all(
    files.map(async (file, index) => {
      const name = names[index]
      return extname(file) === '.json'
        ? { name, genome: await readGenome(file) }
        : { name, model: await readInput(file) }
    }),
  )
}
