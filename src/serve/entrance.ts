import type { Server } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'

/** Most turns spent on letting connections in at once, so that runs go on whoever knocks. */
const MOST_TURNS = 256

/**
 * Lets waiting connections in between runs. libuv accepts one connection in a turn of the event
 * loop (since 1.45); with a run in every turn, as under load, a few dozen new clients would wait
 * for a few dozen runs before anything of theirs is even read.
 */
export class Entrance {
  #connections = 0

  /** Counts the connections of a server. */
  watch(server: Server): void {
    server.on('connection', () => {
      this.#connections += 1
    })
  }

  /** Takes turns until one brings no new connection. */
  async clear(): Promise<void> {
    // From wherever in a turn this is called to its end: whole turns only from here on.
    await nextTurn()
    for (let turn = 0; turn < MOST_TURNS; turn += 1) {
      const before = this.#connections
      await nextTurn()
      if (this.#connections === before) return
    }
  }
}
