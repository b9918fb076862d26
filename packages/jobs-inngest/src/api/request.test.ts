import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

import { afterEach, describe, expect, test } from 'vitest'

import { connectionError } from '../../test/kit/fake-server.ts'
import { type Answer, type NoAnswer, patienceIn, pauseMsBefore, request } from './request.ts'

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

const get = { method: 'GET', headers: {}, timeoutMs: 5000 } as const

/** What is told of a request whose fetch throws this. */
function failedWith(thrown: unknown): Promise<Answer | NoAnswer> {
  return request(() => Promise.reject(thrown as Error), 'http://engine.test/e/a-secret-key?q=1', get)
}

describe('an answer', () => {
  test('has the status, the headers and the JSON of the body', async () => {
    const url = await listen((_, response) => {
      response.writeHead(418, { 'content-type': 'text/plain', 'x-more': 'yes' }).end('{"tea":[1,null]}')
    })
    const answer = (await request(fetch, url, get)) as Answer
    expect(answer).toMatchObject({ status: 418, body: { tea: [1, null] } })
    expect(answer.headers.get('x-more')).toBe('yes')
  })

  test('has no body where that is no JSON', async () => {
    for (const text of ['', '<html>', '{"cut":']) {
      const url = await listen((_, response) => void response.end(text))
      expect(await request(fetch, url, get)).toMatchObject({ status: 200, body: undefined })
    }
  })

  test('comes to the method, the headers and the body that were given', async () => {
    const asked: { method?: string | undefined; more?: unknown; text: string }[] = []
    const url = await listen((incoming, response) => void read(incoming, response))
    await request(fetch, url, { method: 'POST', headers: { 'x-more': 'yes' }, body: '{"a":1}', timeoutMs: 5000 })
    expect(asked).toEqual([{ method: 'POST', more: 'yes', text: '{"a":1}' }])

    async function read(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
      let text = ''
      for await (const chunk of incoming) text += String(chunk)
      asked.push({ method: incoming.method, more: incoming.headers['x-more'], text })
      response.end('{}')
    }
  })
})

const advice = 'see that it runs there, or correct the address (`INNGEST_DEV`, `INNGEST_BASE_URL` or `baseUrl`)'

describe('a request without an answer', () => {
  test('in time may have been heard, before the answer and in its midst', async () => {
    const silent = await listen(() => undefined)
    const slow = await listen((_, response) => void response.writeHead(200).write('{"half":'))
    for (const url of [silent, slow]) {
      expect(await request(fetch, url, { ...get, timeoutMs: 60 })).toMatchObject({
        unreached: false,
        problem: 'no answer within 60 ms',
        cause: { name: 'TimeoutError' },
      })
    }
  })

  test('whose connection broke may have been heard', async () => {
    const before = await listen((incoming) => void incoming.socket.destroy())
    const amid = await listen((_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"half":')
      response.socket?.destroySoon()
    })
    for (const url of [before, amid]) {
      expect(await request(fetch, url, get)).toMatchObject({
        unreached: false,
        problem: expect.stringMatching(
          /^the connection to http:\/\/127\.0\.0\.1:\d+ failed \((UND_ERR_SOCKET|ECONNRESET)\)$/,
        ),
      })
    }
  })

  test('whose connection was refused was not heard', async () => {
    const url = await listen(() => undefined)
    await close(servers.pop()!)
    expect(await request(fetch, url, get)).toMatchObject({
      unreached: true,
      problem: `the connection to ${new URL(url).origin} failed (ECONNREFUSED)`,
      advice:
        'see that it runs there (`npx inngest-cli@latest dev` is the dev server), ' +
        'or correct the address (`INNGEST_DEV`, `INNGEST_BASE_URL` or `baseUrl`)',
      cause: { message: 'fetch failed' },
    })
  })

  test.each(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT'])(
    'whose connection failed with %s was not heard',
    async (code) => {
      const error = connectionError(code)
      const problem = `the connection to http://engine.test failed (${code})`
      expect(await failedWith(error)).toEqual({ unreached: true, problem, advice, cause: error })
    },
  )

  test.each(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'])(
    'whose connection failed with %s may have been heard',
    async (code) => {
      expect(await failedWith(connectionError(code))).toMatchObject({ unreached: false })
    },
  )

  test('of a name with several addresses was not heard where none took the connection', async () => {
    const errors = ['ECONNREFUSED', 'ENETUNREACH'].map((code) => Object.assign(new Error(code), { code }))
    for (const some of [errors, errors.slice(0, 1)]) {
      const cause = new AggregateError(some)
      expect(await failedWith(new TypeError('fetch failed', { cause }))).toMatchObject({
        unreached: true,
        problem: 'the connection to http://engine.test failed (ECONNREFUSED)',
        advice,
      })
    }
  })

  test('tells its reason from up to five causes deep', async () => {
    const nested = (depth: number): Error =>
      depth === 0
        ? Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
        : new Error('failed', { cause: nested(depth - 1) })
    expect(await failedWith(nested(5))).toMatchObject({ unreached: true })
    expect(await failedWith(nested(6))).toMatchObject({ unreached: false })
  })

  test('may have been heard where nothing tells why', async () => {
    const circular = new Error('round')
    circular.cause = circular
    const problem = 'the connection to http://engine.test failed'
    for (const error of [new Error('no'), 'no', undefined, null, { code: 7 }, new AggregateError([]), circular]) {
      expect(await failedWith(error)).toEqual({ unreached: false, problem, cause: error })
    }
  })
})

const now = Date.parse('2026-03-01T12:00:00Z')
const answered = (status: number, retryAfter?: string): Answer => ({
  status,
  body: undefined,
  headers: new Headers(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
})
const unanswered: NoAnswer = { unreached: true, problem: '', cause: undefined }

describe('the pause before asking again', () => {
  test('is our own where the server asks for none', () => {
    for (const status of [408, 429, 500, 502, 503, 504, 599])
      expect(pauseMsBefore(answered(status), now, 123)).toBe(123)
    expect(pauseMsBefore(unanswered, now, 123)).toBe(123)
  })

  test('is none where asking again mends nothing', () => {
    for (const status of [200, 204, 302, 400, 401, 403, 404, 407, 409, 413, 428, 430, 499]) {
      expect(pauseMsBefore(answered(status, '1'), now, 123)).toBeUndefined()
    }
  })

  test('is what the server asks for, in seconds or as a date', () => {
    const asks = (retryAfter: string) => pauseMsBefore(answered(429, retryAfter), now, 123)
    expect(asks('0')).toBe(0)
    expect(asks('4')).toBe(4000)
    expect(asks('Sun, 01 Mar 2026 12:00:03 GMT')).toBe(3000)
    expect(asks('Sun, 01 Mar 2026 11:00:00 GMT')).toBe(0)
  })

  test('is our own where nobody can read what the server asks for', () => {
    for (const odd of ['', 'soon', '1.5s', 'NaN']) expect(pauseMsBefore(answered(429, odd), now, 123)).toBe(123)
  })

  test('is none where the server asks for more time than there is', () => {
    const date = 'Sun, 01 Mar 2026 12:00:05 GMT'
    expect(pauseMsBefore(answered(429, date), now, 123)).toBe(5000)
    expect(pauseMsBefore(answered(429, date), now - 1, 123)).toBeUndefined()
  })
})

describe('the patience that a server asks for', () => {
  test('is told in whole seconds', () => {
    expect(patienceIn(answered(503, '9000'), now)).toBe(' and asks to be left alone for 9000 s')
    const soon = patienceIn(answered(503, 'Sun, 01 Mar 2026 12:00:01 GMT'), now + 999)
    expect(soon).toBe(' and asks to be left alone for 1 s')
    const inMidSecond = patienceIn(answered(429, 'Sun, 01 Mar 2026 12:00:03 GMT'), now + 1)
    expect(inMidSecond).toBe(' and asks to be left alone for 3 s')
  })

  test('is not told of where it asks for none, or where waiting mends nothing', () => {
    expect(patienceIn(answered(503), now)).toBe('')
    expect(patienceIn(answered(503, '0'), now)).toBe('')
    expect(patienceIn(answered(400, '90'), now)).toBe('')
  })
})
