import type { Reply } from '@cgk-platform/test-kit/replies'
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

/**
 * Returns the response to a request and its index, counted from 0. If it throws, the request rejects with that error.
 */
export type Respond = (requests: FakeRequest, index: number) => Reply | Promise<Reply>

/** Trigger.dev's API with responses from a test. The SDK is the real one. */
export interface FakeServer {
  readonly requests: readonly FakeRequest[]
  readonly clock: FakeClock
  readonly api: TriggerApi
}

export const testKey = 'tr_dev_0123456789abcdef'
export const testUrl = 'http://trigger.test'

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
