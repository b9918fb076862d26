import { vi } from 'vitest'

import { createTriggerApi, type TriggerApi } from '../../src/api/trigger-api.ts'
import { toConnection, type TriggerConfig } from '../../src/trigger-config.ts'
import { createFakeClock, type FakeClock } from './fake-clock.ts'

/** A request as the fake server was asked. */
export interface Asked {
  readonly method: string
  readonly url: URL
  readonly headers: Headers
  /** The body where there is one, parsed. */
  readonly body: unknown
}

/** An answer of the fake server: JSON, or text as it is. */
export interface Reply {
  readonly status?: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** How each request is answered: by itself and by its place, counted from 0. What it throws, the request throws. */
export type Answer = (asked: Asked, index: number) => Reply | Promise<Reply>

/** Trigger.dev's API, whose requests a test answers: the SDK is the real one. */
export interface FakeServer {
  readonly asked: readonly Asked[]
  readonly clock: FakeClock
  readonly api: TriggerApi
}

export const testKey = 'tr_dev_0123456789abcdef'
export const testUrl = 'http://trigger.test'

/** Answers these in turn, the last of them from then on; an error is what the request fails with. */
export function inTurn(...replies: (Reply | Error)[]): Answer {
  return (_, index) => {
    const reply = replies[Math.min(index, replies.length - 1)]!
    if (reply instanceof Error) throw reply
    return reply
  }
}

/** Answers all requests of this process from now on; put `vi.unstubAllGlobals` into `afterEach`. */
export async function createFakeServer(answer: Answer, config: TriggerConfig = {}): Promise<FakeServer> {
  await import('@trigger.dev/sdk') // what it takes to load is no time of the fake clock's
  const asked: Asked[] = []
  vi.stubGlobal('fetch', async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init)
    const text = await request.text()
    const one: Asked = {
      method: request.method,
      url: new URL(request.url),
      headers: request.headers,
      body: text === '' ? undefined : JSON.parse(text),
    }
    asked.push(one)
    const { status = 200, body, headers } = await answer(one, asked.length - 1)
    const told = typeof body === 'string' ? body : JSON.stringify(body ?? {})
    return new Response(told, { status, headers: { 'x-trigger-jwt': 'token', ...headers } })
  })
  const clock = createFakeClock()
  const connection = toConnection({ apiKey: testKey, apiUrl: testUrl, ...config })
  return { asked, clock, api: createTriggerApi(connection, clock) }
}

/** What a fetch throws when a connection fails with this code. */
export function connectionError(code: string): Error {
  return new TypeError('fetch failed', { cause: Object.assign(new Error(`connect ${code}`), { code }) })
}
