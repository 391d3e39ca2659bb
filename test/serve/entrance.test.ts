import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { Entrance } from '#src/serve/entrance.js'

const CLIENTS = 40

/** Opens connections from another process, since this one is to be too busy to notice. */
const KNOCK = `
  const { connect } = require('node:net')
  let open = 0
  for (let i = 0; i < ${CLIENTS}; i++) {
    connect(Number(process.argv[1]), '127.0.0.1', () => {
      if (++open === ${CLIENTS}) require('node:fs').writeFileSync(process.argv[2], '')
    })
  }
`

test('all who knock during a long run are let in before the next', async (t) => {
  const server = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const entrance = new Entrance()
  entrance.watch(server)
  let connections = 0
  server.on('connection', () => {
    connections += 1
  })
  const { port } = server.address() as AddressInfo
  const directory = await mkdtemp(join(tmpdir(), 'neatron-'))
  const open = join(directory, 'open')
  const clients = spawn(process.execPath, ['-e', KNOCK, String(port), open])
  t.teardown(async () => {
    clients.kill()
    server.close()
    await rm(directory, { recursive: true })
  })
  await once(clients, 'spawn')
  // A run that keeps the event loop from turning: the kernel completes the connections meanwhile.
  while (!existsSync(open));
  t.is(connections, 0)
  await entrance.clear()
  t.is(connections, CLIENTS)
})
