import { HttpError } from './http-error.js'

/** Bytes that all requests together may hold in memory: bodies that arrive, rows that wait. */
export class ByteBudget {
  #used = 0

  /** @param max most bytes in use at once */
  constructor(readonly max: number) {}

  /** Bytes in use. */
  get used(): number {
    return this.#used
  }

  /**
   * Says no while there is no room for so many bytes, and sets nothing aside.
   *
   * @throws HttpError `QUEUE_FULL`.
   */
  check(bytes: number): void {
    if (this.#used + bytes <= this.max) return
    const mib = (count: number) => (count / 2 ** 20).toFixed(1)
    throw new HttpError(
      'QUEUE_FULL',
      `Requests hold ${mib(this.#used)} of ${mib(this.max)} MiB (--max-queue-mb), and this one needs ${mib(bytes)}. Come again later.`,
    )
  }

  /**
   * Takes bytes, to be given back by {@link give}.
   *
   * @throws HttpError `QUEUE_FULL`.
   */
  take(bytes: number): void {
    this.check(bytes)
    this.#used += bytes
  }

  /** Gives bytes back. */
  give(bytes: number): void {
    this.#used -= bytes
  }
}
