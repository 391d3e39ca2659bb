import { SingleBar } from 'cli-progress'

/** How far the measuring is, on the terminal's error stream; nothing where there is no terminal. */
export class Progress {
  readonly #bar: SingleBar | undefined

  /** Begins the first of `parts`. */
  constructor(parts: number) {
    if (!process.stderr.isTTY) return
    this.#bar = new SingleBar({
      format: '{bar} {value}/{total} {what}, {duration_formatted}',
      stream: process.stderr,
      clearOnComplete: true,
    })
    this.#bar.start(parts, 0, { what: '' })
  }

  /** Names what is measured now. */
  now(what: string): void {
    this.#bar?.update({ what })
  }

  /** A part is done. */
  done(): void {
    this.#bar?.increment()
  }

  /** Makes room for a line of text; the bar comes back below. */
  clear(): void {
    if (this.#bar !== undefined) process.stderr.write('\r\u001b[K')
  }

  /** Takes the bar away. */
  stop(): void {
    this.#bar?.stop()
  }
}
