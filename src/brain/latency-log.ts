import { existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import hdr from 'hdr-histogram-js'
import { NeatronError } from '../errors.js'
import type { GenerationInference } from './recorder.js'

/** Comments before a generation's two lines, by which a resumed run finds them again. */
const GENERATION_COMMENT = '[Generation: '
/** The log's own column of maxima is in milliseconds by convention; the histograms are in nanoseconds. */
const NS_PER_MS = 1e6

/**
 * `latency.hlog`: a run's latencies in the HdrHistogram log format (version 1.3), readable by its
 * usual viewers. Each generation appends two interval histograms of nanoseconds, tagged `call` and
 * `row`, after the comment `#[Generation: N]`.
 */
export class LatencyLog {
  #text = ''
  #writer = new hdr.HistogramLogWriter((content) => {
    this.#text += content
  })

  private constructor(readonly path: string) {}

  /**
   * Begins a new log at `path`, replacing what is there.
   *
   * @throws NeatronError `CHECKPOINT_WRITE`, as all methods, when the file cannot be written
   */
  static create(path: string): LatencyLog {
    const log = new LatencyLog(path)
    const now = new Date()
    log.#writer.outputComment(
      'Times in nanoseconds; Tag=call counts each call once, Tag=row its time / rows, rows times',
    )
    log.#writer.outputLogFormatVersion()
    log.#writer.outputComment(
      `[StartTime: ${(now.getTime() / 1000).toFixed(3)} (seconds since epoch), ${now.toISOString()}]`,
    )
    log.#writer.outputLegend()
    const text = log.#take()
    written(path, () => writeFileSync(path, text))
    return log
  }

  /**
   * Goes on with the log of a run resumed at `generation`, the first that will be appended: cuts
   * off that generation and all later ones, and what a crash left half written. Begins a new log
   * when there is none.
   */
  static resume(path: string, generation: number): LatencyLog {
    if (!existsSync(path)) return LatencyLog.create(path)
    written(path, () => truncateSync(path, endBefore(readFileSync(path), generation)))
    return new LatencyLog(path)
  }

  /** Appends one generation's histograms, to the disk itself. Nothing is written for a histogram without values. */
  append(generation: number, inference: GenerationInference): void {
    this.#writer.outputComment(`${GENERATION_COMMENT}${generation}]`)
    const { call, row } = inference.latencies
    for (const [tag, histogram] of [
      ['call', call],
      ['row', row],
    ] as const) {
      if (histogram.totalCount === 0) continue
      histogram.tag = tag
      histogram.startTimeStampMsec = inference.startedAt
      histogram.endTimeStampMsec = inference.endedAt
      this.#writer.outputIntervalHistogram(histogram, undefined, undefined, NS_PER_MS)
    }
    const text = this.#take()
    // Like a generation's other files: what is told of as saved is on the disk.
    written(this.path, () => writeFileSync(this.path, text, { flag: 'a', flush: true }))
  }

  #take(): string {
    const text = this.#text
    this.#text = ''
    return text
  }
}

/** Writes, or says what to do when that fails. */
function written(path: string, write: () => void): void {
  try {
    write()
  } catch (cause) {
    throw new NeatronError(
      'CHECKPOINT_WRITE',
      `Cannot write ${path}: ${(cause as Error).message}. Make room or give access, then resume.`,
      { cause },
    )
  }
}

/** Where the bytes of generations before `generation` end. */
function endBefore(content: Buffer, generation: number): number {
  const comment = `#${GENERATION_COMMENT}`
  for (let at = content.indexOf(comment); at !== -1; at = content.indexOf(comment, at + 1)) {
    const number = Number.parseInt(
      content.toString('latin1', at + comment.length, at + comment.length + 16),
      10,
    )
    if (!(number < generation)) return at
  }
  const lastLine = content.lastIndexOf('\n')
  return lastLine + 1
}
