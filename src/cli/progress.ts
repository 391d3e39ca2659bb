import { Presets, SingleBar } from 'cli-progress'
import type { Progress } from '../measure/bench.js'

/**
 * Progress on stderr: a bar where it is a terminal, one line for each stage otherwise, so that logs
 * stay short and stdout stays clean.
 */
export function terminalProgress(): Progress & { end(): void } {
  return process.stderr.isTTY ? bar() : lines()
}

function lines(): Progress & { end(): void } {
  let last = ''
  return {
    stage(text) {
      if (text !== last) process.stderr.write(`${text}\n`)
      last = text
    },
    step: () => {},
    end: () => {},
  }
}

const WIDTH = 24

function bar(): Progress & { end(): void } {
  const drawn = new SingleBar(
    {
      format: ({ barCompleteString, barIncompleteString }, { progress }, { stage }) => {
        // Only the rounds know how far they are.
        if (progress === 0) return stage
        const full = Math.round(progress * WIDTH)
        const left = barIncompleteString?.slice(0, WIDTH - full)
        return `${barCompleteString?.slice(0, full)}${left} ${Math.floor(progress * 100)} %  ${stage}`
      },
      stream: process.stderr,
      clearOnComplete: true,
      hideCursor: true,
      barsize: WIDTH,
      // Drawn only when told to: a timer of its own would fire inside what is timed.
      fps: 1000,
      synchronousUpdate: true,
    },
    Presets.shades_classic,
  )
  drawn.start(1, 0, { stage: '' })
  return {
    stage(text) {
      drawn.setTotal(1)
      drawn.update(0, { stage: text })
    },
    step(done, total) {
      drawn.setTotal(total)
      drawn.update(done)
    },
    end: () => drawn.stop(),
  }
}
