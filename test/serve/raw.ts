import { connect, type Socket } from 'node:net'

/** A connection on which a test writes bytes of its own. */
export interface RawConnection {
  readonly socket: Socket
  /** What came so far, once it holds `pattern`, or once the server has hung up. */
  until(pattern: RegExp): Promise<string>
}

/** Connects to a server without any HTTP client in between. */
export function connectRaw(url: string): RawConnection {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  let text = ''
  let closed = false
  let wake = (): void => {}
  socket.setEncoding('latin1').on('data', (chunk) => {
    text += chunk
    wake()
  })
  socket.on('error', () => {})
  socket.on('close', () => {
    closed = true
    wake()
  })
  const until = async (pattern: RegExp): Promise<string> => {
    while (!closed && !pattern.test(text)) {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
    return text
  }
  return { socket, until }
}

/** Sends bytes, and waits for the status line of the answer or for the end. */
export async function sendRaw(url: string, text: string): Promise<string> {
  const { socket, until } = connectRaw(url)
  socket.write(text, 'latin1')
  const answer = await until(/\r\n\r\n/)
  socket.destroy()
  return answer
}
