/** Carries out actions one after the other, in the order in which they were asked for. */
export class Lane {
  #last: Promise<unknown> = Promise.resolve()

  /** Carries out an action when all asked for before it have ended, however they did. */
  do<T>(action: () => T | Promise<T>): Promise<T> {
    const done = this.#last.then(action)
    this.#last = done.catch(() => {})
    return done
  }

  /** Resolves when all that was asked for has ended. */
  async idle(): Promise<void> {
    await this.#last
  }
}
