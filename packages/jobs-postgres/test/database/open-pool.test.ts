import { type AddressInfo, createServer, type Socket } from 'node:net'

import { expect, onTestFinished, test, vi } from 'vitest'

import { openPool } from '../../src/database/open-database.ts'
import { toStoreError } from '../../src/database/to-store-error.ts'
import { openDatabase } from '../kit/open-database.ts'

/** Starts a server that answers the first packet of each connection. Returns its URL. */
async function answerWith(answer: Buffer): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('data', () => answer.length > 0 && socket.end(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `postgres://postgres@127.0.0.1:${(server.address() as AddressInfo).port}/postgres`
}

/** Returns a message of PostgreSQL's protocol. */
function message(type: string, content: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.write(type)
  head.writeInt32BE(content.length + 4, 1)
  return Buffer.concat([head, content])
}

test('a connection that ends in the packet in which it becomes ready does not end the process', async () => {
  const ready = [message('R', Buffer.alloc(4)), message('Z', Buffer.from('I'))]
  const ended = message('E', Buffer.from('SFATAL\0C57P01\0Mterminating connection\0\0'))
  const pool = openPool(await answerWith(Buffer.concat([...ready, ended])), 4)
  const client = await pool.connect()
  await expect(client.query({ text: 'SELECT 1' })).rejects.toThrow(/terminat|not queryable/)
  client.release(true)
  await pool.end()
})

test('a server that does not answer cannot be reached', async () => {
  const pool = openPool(await answerWith(Buffer.alloc(0)), 4)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const connecting = pool.connect().catch((error: unknown) => error)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(toStoreError(await connecting, 'here')).toMatchObject({ problem: 'unreachable' })
})

test('those that wait for the only connection wait as long as it is in use', async () => {
  await using opened = await openDatabase()
  const pool = openPool(opened.url, 1)
  const first = await pool.connect()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const second = pool.connect()
  await vi.advanceTimersByTimeAsync(60_000)
  first.release()
  const client = await second
  client.release()
  await pool.end()
})
