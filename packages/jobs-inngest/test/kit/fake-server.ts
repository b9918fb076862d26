import { Inngest } from 'inngest'

import type { InngestConnection } from '../../src/inngest-config.ts'
import { idAt } from '../../src/wire/event-id.ts'
import { quietLogger } from './quiet-logger.ts'

/** A request as the fake server was asked. */
export interface Asked {
  readonly method: string
  readonly url: URL
  readonly headers: Headers
  /** The body as it came, or an empty text. */
  readonly text: string
}

/** An answer of the fake server: JSON, or text as it is. */
export interface Reply {
  readonly status?: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** An Inngest client whose requests a test answers. */
export interface FakeServer {
  readonly client: Inngest.Any
  readonly connection: InngestConnection
  readonly asked: readonly Asked[]
}

type ClientOptions = ConstructorParameters<typeof Inngest>[0]
type Maybe<T> = { [Key in keyof T]?: T[Key] | undefined }

export const testEventKey = 'event-key-0123456789'
export const testSigningKey = 'signkey-test-0123456789abcdef'

/** How each request is answered: by itself and by its place, counted from 0. */
export type Answer = (asked: Asked, index: number) => Reply | Promise<Reply>

/** Answers these in turn, the last of them from then on; an error is what the request fails with. */
export function inTurn(...replies: (Reply | Error)[]): Answer {
  return (_, index) => {
    const reply = replies[Math.min(index, replies.length - 1)]!
    if (reply instanceof Error) throw reply
    return reply
  }
}

/** A server that answers so; what the answer throws, the request throws. */
export function createFakeServer(answer: Answer, options: Maybe<ClientOptions> = {}): FakeServer {
  const asked: Asked[] = []
  const fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init)
    const one: Asked = {
      method: request.method,
      url: new URL(request.url),
      headers: request.headers,
      text: await request.text(),
    }
    asked.push(one)
    const { status = 200, body, headers } = await answer(one, asked.length - 1)
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
  return { client, connection: { client }, asked }
}

/** What a fetch throws when a connection fails with this code. */
export function connectionError(code: string): Error {
  return new TypeError('fetch failed', { cause: Object.assign(new Error(`connect ${code}`), { code }) })
}

/** The ids that events get of a request, in its order. */
export function idsIn({ headers, text }: Asked): string[] {
  const [time, entropy] = headers.get('x-inngest-event-id-seed')!.split(',')
  const seed = { timeMs: Number(time), entropy: new Uint8Array(Buffer.from(entropy!, 'base64')) }
  return (JSON.parse(text) as unknown[]).map((_, index) => idAt(seed, index))
}
