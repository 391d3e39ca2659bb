import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

// A program of its own, started by Echo: answers any request at the port on its command line with
// the text there, and ends with the pipe that its parent holds.
const reply = Buffer.from(process.argv[2])
const headers = {
  'content-type': 'application/json; charset=utf-8',
  'content-length': reply.length,
  'server-timing': 'queue;dur=0.010, infer;dur=0.010',
}

const server = createServer((request, response) => {
  request.on('end', () => response.writeHead(200, headers).end(reply)).resume()
})
server.listen(Number(process.argv[3]), '127.0.0.1', () => {
  console.log((server.address() as AddressInfo).port)
})
process.stdin.on('end', () => process.exit()).resume()
