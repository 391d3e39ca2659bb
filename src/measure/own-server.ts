import { type ChildServer, startServer } from '../serve/child.js'
import type { ServerAddress } from './contenders/line-up.js'

/** Our server, as a benchmark wants it: takes models, shares no runs between requests. */
const OPTIONS = { allowLoad: true, batching: false } as const

/** Our inference server in a process of its own, which can be replaced by a new one. */
export class OwnServer {
  private constructor(private child: ChildServer) {}

  static async start(): Promise<OwnServer> {
    return new OwnServer(await startServer(OPTIONS))
  }

  get address(): ServerAddress {
    const { url, token, pid } = this.child
    return { name: 'neatron', url, token, pid, prefix: '', suffix: '' }
  }

  /** Another process at the same address, without the models of the one before. */
  async restart(): Promise<void> {
    const port = Number(new URL(this.child.url).port)
    await this.child.close()
    this.child = await startServer({ ...OPTIONS, port })
  }

  close(): Promise<void> {
    return this.child.close()
  }
}
