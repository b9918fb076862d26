import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'

import { afterEach, describe, expect, test, vi } from 'vitest'

import { toNodeHandler } from '../src/node.ts'
import { everything, openDashboard } from './kit/open-dashboard.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

const root = JSON.stringify({ user: 'root', tenants: 'all', can: everything })
const headers = [
  'Host: shop.example',
  'Content-Type: application/json',
  'X-Jobs-Dashboard: 1',
  'Sec-Fetch-Site: same-origin',
]

/** Serves a dashboard, and counts the requests whose handling has ended. */
async function serve() {
  const opened = openDashboard()
  const handle = toNodeHandler(opened.dashboard)
  let ended = 0
  const failed: unknown[] = []
  const server = createServer((request, response) => {
    handle(request, response)
      .catch((error: unknown) => failed.push(error))
      .finally(() => ended++)
  })
  servers.push(server.listen(0, '127.0.0.1'))
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { ...opened, port, failed, ended: () => ended }
}

/** Sends the beginning of a request, and breaks the connection. */
async function breakOff(port: number, path: string, more: readonly string[] = [], isReset = false): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  const head = [`POST /admin/api/${path} HTTP/1.1`, ...headers, 'Content-Length: 1000', ...more]
  await new Promise((resolve) => socket.write(`${head.join('\r\n')}\r\n\r\n{"ids":["a"`, resolve))
  if (isReset) socket.resetAndDestroy()
  else socket.destroy()
}

describe('a body that the client breaks off', () => {
  test.each([
    ['closed', false],
    ['reset', true],
  ])('by a connection that is %s ends quietly: no error is logged and no action is recorded', async (_how, isReset) => {
    const { port, lines, audited, ended, failed } = await serve()
    const actions = ['cancel', 'send', 'pause', 'run-cron', 'unknown', 'jobs']
    const cookies = [[`Cookie: ${root}`], []]
    const requests = actions.flatMap((path) => cookies.map((cookie) => breakOff(port, path, cookie, isReset)))
    await Promise.all(requests)
    await vi.waitFor(() => expect(ended()).toBe(requests.length), 60_000)
    expect([lines, audited, failed]).toEqual([[], [], []])
  })

  test('does not count as a whole one', async () => {
    const { as, engine } = openDashboard()
    const before = engine.sent.length
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(
          new TextEncoder().encode('{"event":"shop.ordered","payload":{"tenantId":"acme","orderId":"1"}}'),
        )
        controller.error(new DOMException('The client has gone.', 'AbortError'))
      },
    })
    const response = await as({ can: everything }).get('send', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Jobs-Dashboard': '1' },
      body,
      duplex: 'half',
    } as RequestInit)
    expect([response.status, engine.sent.length]).toEqual([400, before])
  })
})
