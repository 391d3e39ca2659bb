import { SingleBar } from 'cli-progress'
import { LatencyHistogram } from '../brain/latency-histogram.js'
import type { InferenceStats } from '../brain/recorder.js'
import type { Tick } from '../neat/evaluate.js'
import type { GenerationReport } from '../neat/report.js'
import type { EvolveResult } from '../neat/run.js'
import type { Task } from '../tasks/task.js'
import { stdoutColors } from './colors.js'
import type { RunDescription } from './run-directory.js'

/** How long ticks took, inference included. */
export class TickTimes {
  readonly #histogram = new LatencyHistogram()

  record({ simulationNs, inferenceNs }: Tick): void {
    this.#histogram.recordValue(Math.round(simulationNs + inferenceNs))
  }

  /** Percentiles in microseconds. */
  summary(): { p50: number; p95: number; p99: number } {
    const { p50, p95, p99 } = this.#histogram.summarize()
    return { p50: p50 / 1e3, p95: p95 / 1e3, p99: p99 / 1e3 }
  }
}

/** The line that `--json` prints. */
export function summary({
  run,
  result,
  seconds,
  ticks,
  stats,
  generationsBefore,
}: {
  run: RunDescription
  result: EvolveResult
  seconds: number
  ticks: TickTimes
  stats: InferenceStats
  /** Complete before this process went on with the run. */
  generationsBefore: number
}) {
  const { inferCount, inferTimeNs, httpTimeNs, requests, histogram } = stats
  const { call } = histogram
  return {
    task: run.task,
    mode: run.inference.mode,
    batch: run.inference.batch,
    seed: run.seed,
    generations: result.generations,
    solved: result.solved,
    bestFitness: result.fitness,
    evaluations: result.evaluations,
    gensPerSec: (result.generations - generationsBefore) / seconds,
    simTickUs: ticks.summary(),
    inference: {
      count: inferCount,
      totalMs: inferTimeNs / 1e6,
      p50Us: call.p50 / 1e3,
      p95Us: call.p95 / 1e3,
      p99Us: call.p99 / 1e3,
    },
    http: run.inference.mode === 'cpu' ? null : { requests, totalMs: httpTimeNs / 1e6 },
  }
}

function where({ mode, batch, workers }: RunDescription['inference']): string {
  if (mode === 'remote') return `remote, ${batch} rows a request`
  return workers === undefined ? 'in process' : `in ${workers} worker threads`
}

/** Seconds as a person reads them: `7 s`, `2:05`, `1:02:05`. */
function clock(seconds: number): string {
  const whole = Math.ceil(seconds)
  if (whole < 60) return `${whole} s`
  const pad = (value: number) => String(value).padStart(2, '0')
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60]
  const tail = pad(whole % 60)
  return hours > 0 ? `${hours}:${pad(minutes)}:${tail}` : `${minutes}:${tail}`
}

/** What a person sees of a run: a bar on a terminal, a line a generation elsewhere. */
export class Progress {
  readonly #bar: SingleBar | undefined
  readonly #colors = stdoutColors()
  #began = performance.now()
  /** Generations that a resumed run had before. */
  #before = 0

  constructor(
    readonly run: RunDescription,
    readonly directory: string,
    readonly json: boolean,
  ) {
    if (json) return
    const { task, seed, config, inference } = run
    console.log(
      `${this.#colors.bold(task)}  population ${config.population}, seed ${seed}, inference ${where(inference)}`,
    )
    if (!process.stderr.isTTY) return
    this.#bar = new SingleBar({
      format: 'generation {value}/{total} {bar}{news}',
      barsize: 8,
      hideCursor: true,
      stopOnComplete: false,
      clearOnComplete: true,
    })
  }

  /** The run goes on after `before` complete generations; their time is not this process's. */
  begin(before: number): void {
    this.#before = before
    this.#began = performance.now()
    this.#bar?.start(this.run.generations, before, { news: '' })
  }

  generation({ generation, bestFitness, meanFitness, species, test }: GenerationReport): void {
    const best = bestFitness.toFixed(3)
    const tested = test ? `test ${test.passed}/${test.episodes}` : ''
    if (this.#bar) {
      const done = generation + 1 - this.#before
      const rate = done / ((performance.now() - this.#began) / 1e3)
      const left = clock((this.run.generations - generation - 1) / rate)
      const news = ` best ${Number(best)}${tested && ` (${tested})`}, ${species} species, ${rate.toFixed(1)}/s, ${left} left`
      this.#bar.update(generation + 1, { news })
    } else if (!this.json) {
      console.log(
        `generation ${String(generation + 1).padStart(4)}  best ${best.padStart(9)}  mean ${meanFitness.toFixed(3).padStart(9)}  species ${String(species).padStart(3)}${tested && `  ${tested}`}`,
      )
    }
  }

  /** Ends the bar; does nothing when it has ended. */
  stop(): void {
    this.#bar?.stop()
  }

  /** The end: what came out, where it is, how to go on. */
  finish(result: EvolveResult, line: ReturnType<typeof summary>, task: Task): void {
    this.stop()
    if (this.json) {
      console.log(JSON.stringify(line))
      if (result.interrupted) this.#sayResume()
      return
    }
    const { inference, http, simTickUs } = line
    const us = (value: number) => `${value.toFixed(1)} us`
    console.log(this.#outcome(result, task))
    if (result.test) {
      const { passed, episodes } = result.test
      console.log(`  test       the champion passed ${passed} of ${episodes} episodes`)
    }
    if (result.generations === this.#before && !result.interrupted) {
      console.log(`  nothing was left to do; the run is in ${this.directory}`)
      return
    }
    console.log(`  ${result.evaluations} evaluations, ${line.gensPerSec.toFixed(2)} generations/s`)
    console.log(
      `  tick       p50 ${us(simTickUs.p50)}, p95 ${us(simTickUs.p95)}, p99 ${us(simTickUs.p99)}`,
    )
    console.log(
      `  inference  ${inference.count} rows in ${inference.totalMs.toFixed(1)} ms; a call p50 ${us(inference.p50Us)}, p95 ${us(inference.p95Us)}, p99 ${us(inference.p99Us)}`,
    )
    if (http) console.log(`  HTTP       ${http.requests} requests in ${http.totalMs.toFixed(1)} ms`)
    console.log(`  saved in   ${this.directory}`)
    if (result.interrupted) this.#sayResume()
  }

  #outcome({ solved, interrupted, generations, fitness }: EvolveResult, task: Task): string {
    const best = `best fitness ${fitness.toFixed(3)} of ${task.targetFitness}`
    const { green, yellow } = this.#colors
    if (solved) return green(`Solved in generation ${generations}, ${best}`)
    if (interrupted) return yellow(`Interrupted after generation ${generations}, ${best}`)
    return yellow(`Not solved in ${generations} generations, ${best}`)
  }

  #sayResume(): void {
    process.stderr.write(
      `Interrupted and saved; go on with: neatron train --resume ${this.directory}\n`,
    )
  }
}
