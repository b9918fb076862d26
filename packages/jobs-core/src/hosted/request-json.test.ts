import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

import { afterEach, describe, expect, test } from 'vitest'

import type { Failure } from './request-failure.ts'
import { requestJson } from './request-json.ts'

const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await close(server)
})

async function close(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  server.closeAllConnections()
  await closed
}

async function listen(answer: RequestListener): Promise<string> {
  const server = createServer(answer)
  servers.push(server)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/path`
}

const address = { settings: '`baseUrl`' }

function get(url: string, signal?: AbortSignal) {
  return requestJson(fetch, { method: 'GET', url, headers: {}, ...(signal && { signal }) }, address)
}

async function failureOf(asking: Promise<unknown>): Promise<Failure & { readonly cause: unknown }> {
  const thrown = await asking.then(
    () => undefined,
    (error: unknown) => error as { failure: Failure; cause: unknown },
  )
  if (!thrown) throw new Error('The request succeeded.')
  return { ...thrown.failure, cause: thrown.cause }
}

describe('requestJson', () => {
  test('returns the status, the headers and the parsed body', async () => {
    const url = await listen((_, response) => {
      response.writeHead(418, { 'content-type': 'text/plain', 'x-more': 'yes' }).end('{"tea":[1,null]}')
    })
    const answer = await get(url)
    expect(answer).toMatchObject({ status: 418, body: { tea: [1, null] } })
    expect(answer.headers.get('x-more')).toBe('yes')
  })

  test('returns no body if it is not JSON', async () => {
    for (const text of ['', '<html>', '{"cut":']) {
      const url = await listen((_, response) => void response.end(text))
      expect(await get(url)).toMatchObject({ status: 200, body: undefined })
    }
  })

  test('sends the method, the headers and the body', async () => {
    const received: { method?: string | undefined; more?: unknown; text: string }[] = []
    const url = await listen((incoming, response) => void read(incoming, response))
    await requestJson(fetch, { method: 'POST', url, headers: { 'x-more': 'yes' }, body: '{"a":1}' }, address)
    expect(received).toEqual([{ method: 'POST', more: 'yes', text: '{"a":1}' }])

    async function read(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
      let text = ''
      for await (const chunk of incoming) text += String(chunk)
      received.push({ method: incoming.method, more: incoming.headers['x-more'], text })
      response.end('{}')
    }
  })
})

describe('a request without a response', () => {
  test('may have succeeded if it timed out before or during the response', async () => {
    const silent = await listen(() => undefined)
    const slow = await listen((_, response) => void response.writeHead(200).write('{"half":'))
    for (const url of [silent, slow]) {
      expect(await failureOf(get(url, AbortSignal.timeout(60)))).toMatchObject({
        mayHaveSucceeded: true,
        problem: expect.stringContaining('no response within'),
        cause: { name: 'TimeoutError' },
      })
    }
  })

  test('may have succeeded if its connection broke', async () => {
    const before = await listen((incoming) => void incoming.socket.destroy())
    const amid = await listen((_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"half":')
      response.socket?.destroySoon()
    })
    for (const url of [before, amid]) {
      expect(await failureOf(get(url))).toMatchObject({
        mayHaveSucceeded: true,
        problem: expect.stringMatching(
          /^the connection to http:\/\/127\.0\.0\.1:\d+ failed \((UND_ERR_SOCKET|ECONNRESET)\)$/,
        ),
      })
    }
  })

  test('did not succeed if its connection was refused', async () => {
    const url = await listen(() => undefined)
    await close(servers.pop()!)
    expect(await failureOf(get(url))).toMatchObject({
      mayHaveSucceeded: false,
      problem: `the connection to ${new URL(url).origin} failed (ECONNREFUSED)`,
      remedy: 'Make sure that it is running there, or correct the address (`baseUrl`).',
      cause: { message: 'fetch failed' },
    })
  })

  test('rejects an address with a password without revealing it', async () => {
    const { problem, remedy } = await failureOf(get('http://me:secret@engine.test/e/a-key'))
    expect(problem).toMatch(/^the address of http:\/\/engine\.test contains a user name or password/)
    expect(remedy).toBe('Remove them from the address.')
  })
})
