import { quietLogger } from '@cgk-platform/inngest-loopback'
import type { Reply } from '@cgk-platform/test-kit/replies'
import { Inngest } from 'inngest'

import type { InngestConnection } from '../../src/inngest-config.ts'
import { idAt } from '../../src/wire/event-id.ts'

/** A request to the fake server. */
export interface ReceivedRequest {
  readonly method: string
  readonly url: URL
  readonly headers: Headers
  /** The body, or an empty string. */
  readonly text: string
}

/** An Inngest client whose requests a test responds to. */
export interface FakeServer {
  readonly client: Inngest.Any
  readonly connection: InngestConnection
  readonly requests: readonly ReceivedRequest[]
}

type ClientOptions = ConstructorParameters<typeof Inngest>[0]
type Maybe<T> = { [Key in keyof T]?: T[Key] | undefined }

export const testEventKey = 'event-key-0123456789'
export const testSigningKey = 'signkey-test-0123456789abcdef'

/** Returns the response to a request by the request and its index, counted from 0. */
export type Responder = (request: ReceivedRequest, index: number) => Reply | Promise<Reply>

/** Creates a server with these responses. An error thrown by `answer` makes the request fail. */
export function createFakeServer(answer: Responder, options: Maybe<ClientOptions> = {}): FakeServer {
  const requests: ReceivedRequest[] = []
  const fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init)
    const one: ReceivedRequest = {
      method: request.method,
      url: new URL(request.url),
      headers: request.headers,
      text: await request.text(),
    }
    requests.push(one)
    const { status = 200, body, headers } = await answer(one, requests.length - 1)
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    return new Response(text, { status, ...(headers && { headers }) })
  }
  const client = new Inngest({
    id: 'shop',
    baseUrl: 'http://engine.test',
    eventKey: testEventKey,
    signingKey: testSigningKey,
    isDev: false,
    logger: quietLogger,
    aiMetadata: false,
    fetch,
    ...options,
  } as ClientOptions)
  return { client, connection: { client }, requests }
}

/** Returns the event ids in a request, in order. */
export function idsIn({ headers, text }: ReceivedRequest): string[] {
  const [time, entropy] = headers.get('x-inngest-event-id-seed')!.split(',')
  const seed = { timeMs: Number(time), entropy: new Uint8Array(Buffer.from(entropy!, 'base64')) }
  return (JSON.parse(text) as unknown[]).map((_, index) => idAt(seed, index))
}
