import { createServer, request as requestOf, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import express from 'express'
import { Hono } from 'hono'
import { afterEach, describe, expect, test } from 'vitest'

import type { ChangeJson, SessionJson } from '../src/api-types.ts'
import { toNodeHandler } from '../src/node.ts'
import { everything, openDashboard } from './kit/open-dashboard.ts'
import { readEvents } from './kit/read-events.ts'

const cookie = JSON.stringify({ user: 'ada', tenants: 'all', can: everything })
const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections()
})

/** Starts a server, and returns its address. */
async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

type Mount = (dashboard: (request: Request) => Promise<Response>) => RequestListener

const mounts: [framework: string, mount: Mount][] = [
  ['node:http', (dashboard) => (request, response) => void toNodeHandler(dashboard)(request, response)],
  [
    'Express, `app.use` with a path',
    (dashboard) => {
      const app = express()
      app.get('/', (_request, response) => void response.send('the app'))
      app.use('/admin', toNodeHandler(dashboard))
      return app as RequestListener
    },
  ],
  [
    'Express, a router in a router',
    (dashboard) => {
      const router = express.Router()
      router.use(toNodeHandler(dashboard))
      const app = express()
      app.use('/admin', router)
      return app as RequestListener
    },
  ],
  [
    'Hono, `app.all`',
    (dashboard) => {
      const app = new Hono()
      app.all('/admin', (context) => dashboard(context.req.raw))
      app.all('/admin/*', (context) => dashboard(context.req.raw))
      return (request, response) => void toNodeHandler(async (given) => app.fetch(given))(request, response)
    },
  ],
]

describe.each(mounts)('in %s', (_framework, mount) => {
  const open = async () => {
    const opened = openDashboard()
    return { ...opened, url: `${await listen(mount(opened.dashboard))}/admin` }
  }

  test('the page, its files and the API answer under the path', async () => {
    const { url } = await open()
    for (const path of ['', '/', '/jobs', '/job?id=a']) {
      const page = await fetch(`${url}${path}`, { headers: { Cookie: cookie } })
      expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
      const [, script] = /src="([^"]+)"/.exec(await page.text())!
      const file = await fetch(new URL(script!, url), { headers: { Cookie: cookie } })
      expect([file.status, file.headers.get('content-encoding')]).toEqual([200, 'gzip'])
      expect((await file.text()).length).toBeGreaterThan(100)
    }
    const session = await fetch(`${url}/api/session`, { headers: { Cookie: cookie } })
    expect((await session.json()) as SessionJson).toMatchObject({ user: 'ada' })
  })

  test('nothing is there for strangers', async () => {
    const { url } = await open()
    for (const path of ['', '/api/session', '/api/jobs', '/assets/x.js']) {
      expect((await fetch(`${url}${path}`)).status).toBe(404)
    }
  })

  test('an action changes a job', async () => {
    const { url, engine } = await open()
    const { id } = await engine.client.sendJob('shop.ordered', { tenantId: 'acme', orderId: '1' }, { delay: '1h' })
    const response = await fetch(`${url}/api/cancel`, {
      method: 'POST',
      headers: {
        Cookie: cookie,
        'Content-Type': 'application/json',
        'X-Jobs-Dashboard': '1',
        Origin: new URL(url).origin,
      },
      body: JSON.stringify({ ids: [id] }),
    })
    expect(await response.json()).toMatchObject({ changed: 1 })
  })

  test('changes stream, and stop when the browser goes', async () => {
    const { url, engine } = await open()
    const gone = new AbortController()
    const response = await fetch(`${url}/api/changes`, { headers: { Cookie: cookie }, signal: gone.signal })
    const events = readEvents<ChangeJson>(response)
    expect((await events.next()).value).toMatchObject({ data: { jobs: [] } })
    const next = events.next()
    await engine.client.sendJob('shop.ordered', { tenantId: 'acme', orderId: '1' })
    await engine.advance('1s')
    expect((await next).value).toMatchObject({ data: { jobs: [{ tenantId: 'acme' }] } })
    gone.abort()
    await expect(events.next()).rejects.toThrow('aborted')
    await new Promise((resolve) => servers[0]!.close(resolve)) // waits for open responses
  })
})

describe('`toNodeHandler`', () => {
  const sendRaw = async (url: string, head: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const { port } = new URL(url)
      const socket = connect(Number(port), '127.0.0.1', () => socket.end(head))
      let text = ''
      socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      socket.on('close', () => resolve(text)).on('error', reject)
    })

  test.each([
    ['another host in the path', 'GET //evil.example/admin/api/session HTTP/1.1\r\nHost: a\r\n', 404],
    ['a whole address', 'GET http://evil.example/admin/api/session HTTP/1.1\r\nHost: a\r\n', 400],
    ['an asterisk', 'OPTIONS * HTTP/1.1\r\nHost: a\r\n', 400],
    ['an invalid host', 'GET /admin/api/session HTTP/1.1\r\nHost: a b/../c?d#e\r\n', 400],
    ['a host that contains a path', 'GET /assets/x HTTP/1.1\r\nHost: a/admin/api/session?x=\r\n', 400],
    ['a host that hides the path', 'GET /admin/api/session HTTP/1.1\r\nHost: a/admin/jobs#\r\n', 400],
    ['a host with a backslash', 'GET /x HTTP/1.1\r\nHost: a\\admin\\api\\session?\r\n', 400],
    ['no host', 'GET /admin/api/session HTTP/1.0\r\n', 400],
    ['a host with a user', 'GET /admin/api/session HTTP/1.1\r\nHost: a@evil.example\r\n', 400],
    ['a method that requests cannot have', 'TRACE /admin HTTP/1.1\r\nHost: a\r\n', 400],
    ['dots in the path', 'GET /admin/../admin/./api/session HTTP/1.1\r\nHost: a\r\n', 200],
    ['encoded dots in the path', 'GET /x/%2e%2e/admin/api/session HTTP/1.1\r\nHost: a\r\n', 200],
    ['an encoded slash', 'GET /admin%2fapi%2fsession HTTP/1.1\r\nHost: a\r\n', 404],
    ['a backslash', 'GET /admin\\api\\session HTTP/1.1\r\nHost: a\r\n', 200],
  ])('answers a request with %s safely', async (_what, head, status) => {
    const { dashboard } = openDashboard()
    const url = await listen((request, response) => void toNodeHandler(dashboard)(request, response))
    const answer = await sendRaw(url, `${head}Cookie: ${cookie}\r\nConnection: close\r\n\r\n`)
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  })

  test('sends the headers of HEAD without a body', async () => {
    const { dashboard } = openDashboard()
    const url = await listen((request, response) => void toNodeHandler(dashboard)(request, response))
    const response = await new Promise<IncomingMessage>((resolve) =>
      requestOf(`${url}/admin`, { method: 'HEAD', headers: { Cookie: cookie } }, resolve).end(),
    )
    expect([response.statusCode, response.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
    response.resume()
  })
})
