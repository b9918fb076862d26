import { vi } from 'vitest'

import { createTriggerApi, type TriggerApi } from '../../src/api/trigger-api.ts'
import { toConnection, type TriggerConfig } from '../../src/trigger-config.ts'
import { createFakeClock, type FakeClock } from './fake-clock.ts'

/** A request that the fake server received. */
export interface FakeRequest {
  readonly method: string
  readonly url: URL
  readonly headers: Headers
  /** The parsed body, if any. */
  readonly body: unknown
}

/** A response of the fake server: JSON, or an unchanged string. */
export interface FakeResponse {
  readonly status?: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * Returns the response to a request and its index, counted from 0. If it throws, the request rejects with that error.
 */
export type Respond = (requests: FakeRequest, index: number) => FakeResponse | Promise<FakeResponse>

/** Trigger.dev's API with responses from a test. The SDK is the real one. */
export interface FakeServer {
  readonly requests: readonly FakeRequest[]
  readonly clock: FakeClock
  readonly api: TriggerApi
}

export const testKey = 'tr_dev_0123456789abcdef'
export const testUrl = 'http://trigger.test'

/** Responds with each of these in order, and repeats the last one. An error rejects the request. */
export function respondInOrder(...replies: (FakeResponse | Error)[]): Respond {
  return (_, index) => {
    const reply = replies[Math.min(index, replies.length - 1)]!
    if (reply instanceof Error) throw reply
    return reply
  }
}

/** Replaces `fetch` in this process. Call `vi.unstubAllGlobals` in `afterEach`. */
export async function createFakeServer(respond: Respond, config: TriggerConfig = {}): Promise<FakeServer> {
  await import('@trigger.dev/sdk') // loads before the fake clock starts
  const requests: FakeRequest[] = []
  vi.stubGlobal('fetch', async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init)
    const requestBody = await request.text()
    const one: FakeRequest = {
      method: request.method,
      url: new URL(request.url),
      headers: request.headers,
      body: requestBody === '' ? undefined : JSON.parse(requestBody),
    }
    requests.push(one)
    const { status = 200, body, headers } = await respond(one, requests.length - 1)
    const text = typeof body === 'string' ? body : JSON.stringify(body ?? {})
    return new Response(text, { status, headers: { 'x-trigger-jwt': 'token', ...headers } })
  })
  const clock = createFakeClock()
  const connection = toConnection({ apiKey: testKey, apiUrl: testUrl, ...config })
  return { requests, clock, api: createTriggerApi(connection, clock) }
}

/** Returns the error that `fetch` throws if a connection fails with this code. */
export function connectionError(code: string): Error {
  return new TypeError('fetch failed', { cause: Object.assign(new Error(`connect ${code}`), { code }) })
}
