import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'

import { expect, it } from 'vitest'

import { openPool } from '../../src/database/open-pool.ts'

/** Returns a message of PostgreSQL's protocol. */
function message(type: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeInt32BE(body.length + 4)
  return Buffer.concat([Buffer.from(type), length, body])
}

it('a server that ends a connection at once does not end the process', async () => {
  const accepted = message('R', Buffer.alloc(4))
  const ready = message('Z', Buffer.from('I'))
  const stops = message('E', Buffer.from('SFATAL\0C57P01\0Mterminating connection\0\0'))
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => socket.write(Buffer.concat([accepted, ready, stops])))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const pool = openPool(`postgres://user:password@127.0.0.1:${port}/database`, true)
  const client = await pool.connect()
  await expect(client.query({ text: 'SELECT 1' })).rejects.toThrow('not queryable')
  client.release(true)
  await pool.end()
  server.close()
})
