import { randomInt } from 'node:crypto'
import { Command, Option } from 'commander'
import { LatencyLog } from '../brain/latency-log.js'
import { NeatronError } from '../errors.js'
import { completeConfig } from '../neat/config.js'
import { Run } from '../neat/run.js'
import { tasks } from '../tasks/index.js'
import { INTERRUPTED } from './exit.js'
import { readJson } from './files.js'
import { batchSize, integer, number, serverUrl } from './options.js'
import { type RunDescription, RunDirectory } from './run-directory.js'
import { type ChosenTask, chooseTask, isTaskFile } from './task-argument.js'
import { type InferenceFlags, inferenceSettings, openInference, WAIT_S } from './train-inference.js'
import { Progress, summary, TickTimes } from './train-report.js'

interface TrainOptions extends InferenceFlags {
  generations?: number
  runs?: number
  token?: string
  population?: number
  seed?: number
  out?: string
  resume?: string
  config?: string
  json?: boolean
}

const DEFAULT_TASK = 'cart-pole'
const DEFAULT_GENERATIONS = 100

/** `neatron train`: evolves a champion and keeps the run in a directory. */
export function trainCommand(): Command {
  return new Command('train')
    .description('evolve a genome for a task')
    .argument(
      '[task]',
      `one of: ${Object.keys(tasks).join(', ')} (default: ${DEFAULT_TASK}); or the file of your own, ./my-task.js, ./my-tasks.js#export`,
    )
    .option(
      '--generations <n>',
      `generations at most (default: ${DEFAULT_GENERATIONS})`,
      integer(1),
    )
    .addOption(
      new Option('--runs <n>', 'the same as --generations')
        .argParser(integer(1))
        .conflicts('generations'),
    )
    .addOption(
      new Option('--mode <mode>', 'where inference happens (default: cpu)').choices([
        'cpu',
        'remote',
      ]),
    )
    .option(
      '--workers <n>',
      'cpu: play the episodes in so many threads (default: in the main one); the same result',
      integer(1, 256),
    )
    .option('--batch <rows>', 'remote: rows a request, or adaptive (default: 1)', batchSize)
    .option(
      '--max-delay-ms <ms>',
      "remote: how long a row waits for others at most (a tick's rows come together and never do)",
      number(0, 60_000),
    )
    .option(
      '--concurrency <n>',
      'remote: requests in flight at most, each on a connection of its own (default: 1)',
      integer(1, 1024),
    )
    .option('--url <url>', 'remote: a running server (default: one is started)', serverUrl)
    .addOption(
      new Option('--protocol <protocol>', 'remote: how to ask the server (default: infer)').choices(
        ['infer', 'oip'],
      ),
    )
    .option('--model-repository <dir>', "remote: the server's model repository folder")
    .option(
      '--timeout-ms <ms>',
      'remote: longest time of one attempt of a request (default: 30000)',
      integer(1, 2 ** 31 - 1),
    )
    .option(
      '--retries <n>',
      'remote: how often a request that the network or a busy server failed is made again (default: 4)',
      integer(0, 1000),
    )
    .option(
      '--deadline-ms <ms>',
      'remote: longest time of all attempts of a request together (default: 30000, or --timeout-ms)',
      integer(1, 2 ** 31 - 1),
    )
    .option(
      '--wait-for-server [s]',
      `remote: how long to wait for a server that is gone (default: not at all; ${WAIT_S} s without a number)`,
      number(0, 86_400),
    )
    .option('--token <token>', 'remote: bearer token (default: $NEATRON_TOKEN)')
    .option('--population <p>', 'genomes in a generation', integer(2, 1_000_000))
    .option('--seed <s>', 'decides everything random (default: drawn)', integer(0, 2 ** 32 - 1))
    .option('--out <dir>', 'directory of the run (default: runs/TASK-SEED)')
    .option('--resume <dir>', 'go on with an interrupted run')
    .option('--config <file>', 'NEAT parameters as JSON')
    .option('--json', 'a summary as JSON on the last line of stdout, nothing else there')
    .addHelpText(
      'after',
      `
Examples:
  neatron train                              cart-pole, in process
  neatron train xor --seed 7 --out runs/xor
  neatron train --mode remote --batch 1      one HTTP call a row
  neatron train --mode remote --batch 8      8 rows a request
  neatron train ./my-task.js --workers 4     a task of your own, in four threads
  neatron train --resume runs/xor            after Ctrl-C, or a crash

The directory gets run.json, generations.jsonl, champion.json, champion.onnx, checkpoint.json and
latency.hlog. Ctrl-C saves and exits with 130; pressed twice, it exits at once and leaves the last
complete generation.`,
    )
    .action(train)
}

async function train(taskName: string | undefined, options: TrainOptions): Promise<void> {
  const resume = options.resume !== undefined
  const { directory, run, chosen } = options.resume
    ? await resumed(options.resume, taskName, options)
    : await begun(taskName, options)
  const abort = new AbortController()
  const interrupt = () => {
    if (abort.signal.aborted) process.exit(INTERRUPTED)
    abort.abort()
  }
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt)
  const ticks = new TickTimes()
  const { evaluator, recorder, close } = await openInference(
    run.inference,
    chosen,
    options.token,
    abort.signal,
    (tick) => ticks.record(tick),
  )
  // Not before there is a brain: a bar that nobody stops keeps the process alive.
  const progress = new Progress(run, directory.path, options.json ?? false)
  try {
    const evolving = await Run.open(evaluator, {
      seed: run.seed,
      generations: run.generations,
      config: run.config,
      signal: abort.signal,
      checkpoint: {
        directory: directory.path,
        resume,
        annotate: ({ generation }) => {
          const inference = recorder.takeGeneration()
          log.append(generation, inference)
          const { latencies: _, startedAt: __, endedAt: ___, ...stats } = inference
          return { inference: stats }
        },
      },
    })
    const generationsBefore = evolving.generations
    const path = directory.file('latency.hlog')
    const log = resume ? LatencyLog.resume(path, generationsBefore) : LatencyLog.create(path)
    progress.begin(generationsBefore)
    const began = performance.now()
    for await (const report of evolving.reports()) progress.generation(report)
    const seconds = (performance.now() - began) / 1e3
    const { result } = evolving
    await directory.writeChampion(result.champion)
    progress.finish(
      result,
      summary({ run, result, generationsBefore, seconds, ticks, stats: recorder.stats() }),
      chosen.task,
    )
    if (result.interrupted) process.exitCode = INTERRUPTED
  } catch (error) {
    throw saved(error, chosen, directory)
  } finally {
    progress.stop()
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
    await close()
  }
}

/** A new run: options checked, its directory made. */
async function begun(taskName = DEFAULT_TASK, options: TrainOptions) {
  const chosen = await chooseTask(taskName)
  const { task, module } = chosen
  const seed = options.seed ?? randomInt(2 ** 32)
  const fromFile = options.config === undefined ? {} : await readJson(options.config)
  const population = options.population && { population: options.population }
  const run: RunDescription = {
    task: task.name,
    ...(module && { module }),
    seed,
    generations: options.generations ?? options.runs ?? DEFAULT_GENERATIONS,
    config: completeConfig(task.config, fromFile, population),
    inference: inferenceSettings(options),
  }
  const path = options.out ?? `runs/${task.name}-${seed}`
  return { directory: await RunDirectory.create(path, run), run, chosen }
}

/** A run to go on with: what it was, but for where inference happens and how long it may go on. */
async function resumed(path: string, taskName: string | undefined, options: TrainOptions) {
  const { directory, run } = await RunDirectory.open(path)
  const fixed = { seed: options.seed, population: options.population, config: options.config }
  const given = Object.entries(fixed).find(([, value]) => value !== undefined)
  const file = taskName !== undefined && isTaskFile(taskName) ? taskName : undefined
  if (given || (taskName && !file && taskName !== run.task)) {
    throw new NeatronError(
      'USAGE',
      `--resume goes on with the run as it began (task ${run.task}, seed ${run.seed}): leave out ${given ? `--${given[0]}` : taskName}.`,
    )
  }
  // A file that has moved is given anew; that its task is the same, evolution checks.
  const chosen = await chooseTask(file ?? run.module ?? run.task)
  const generations = options.generations ?? options.runs ?? run.generations
  const { mode = run.inference.mode } = options
  // Where another mode was, its settings mean nothing.
  const kept = mode === run.inference.mode ? run.inference : {}
  const inference = inferenceSettings(options, kept)
  return { directory, run: { ...run, generations, inference }, chosen }
}

/** Adds to a failure in the middle of a run where the run is and how it goes on. */
function saved(thrown: unknown, { module, task }: ChosenTask, directory: RunDirectory): unknown {
  const error =
    module !== undefined && thrown instanceof Error && !(thrown instanceof NeatronError)
      ? taskFailure(task.name, thrown)
      : thrown
  if (!(error instanceof NeatronError) || error.code.startsWith('CHECKPOINT')) return error
  return new NeatronError(
    error.code,
    `${error.message.replace(/\.?$/, '.')} The last complete generation is saved: go on with --resume ${directory.path}.`,
    { cause: error },
  )
}

/** What the code of a task of the user's own threw, and where. */
function taskFailure(name: string, error: Error): NeatronError {
  const place = error.stack?.split('\n').find((line) => /^ +at /.test(line))
  return new NeatronError(
    'TASK_FAILED',
    `Task ${name} threw ${error.name}: ${error.message}${place === undefined ? '' : ` (${place.trim()})`}`,
    { cause: error },
  )
}
