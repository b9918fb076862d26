import {
  type JsonResponse,
  resolveOptionalRequest,
  requestWithRetry,
  type Clock,
  requestJson,
  RequestFailure,
} from '@cgk-platform/jobs-core/provider'

import type { InngestConnection } from '../inngest-config.ts'
import { addressIn, addressUnder } from './address.ts'
import type { EnginePage } from './engine-shapes.ts'
import { createEngineTime } from './engine-time.ts'
import { toFailure } from './to-failure.ts'

/** Query parameters; one that comes several times is a list. */
export type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>

/** Inngest's HTTP API as far as it is used: the SDK has nothing for reading, cancelling and running again. */
export interface EngineApi {
  /** What a path tells, or `undefined` where there is nothing. @throws {RequestFailedError} */
  get<Body>(operation: string, path: string, query?: Query): Promise<Body | undefined>
  /** All items of a list, over its pages; with a `cursor`, from there on. @throws {RequestFailedError} */
  list<Item>(operation: string, path: string, query?: Query): Promise<Item[]>
  /** Asks for a change, once. @throws {RequestFailedError} for an answer that is neither a success nor expected. */
  post<Body>(operation: string, path: string, expected: readonly number[]): Promise<Body | undefined>
  /** How the server's clock is to ours; asks it where it was not told of late. */
  time(): Promise<ServerTime>
  /** Milliseconds to add to our time for the server's, as far as its answers have told; asks nothing. */
  offsetMs(): number
}

/** The server's time as seen from here. */
export interface ServerTime {
  /** Milliseconds to add to our time. */
  readonly offsetMs: number
  /** How long an answer takes. */
  readonly roundTripMs: number
}

/** The API of the server that a client is connected to. */
export function createEngineApi({ client, apiBaseUrl }: InngestConnection, clock: Clock): EngineApi {
  const time = createEngineTime()
  let askingTime: Promise<unknown> | undefined

  const request = async (method: 'GET' | 'POST', path: string, query: Query): Promise<unknown> => {
    // Read each time: where the platform hands the environment to each request, the client knows it only then.
    const url = addressUnder(apiBaseUrl ?? client.apiBaseUrl, path.slice(1))
    for (const [name, value] of Object.entries(query)) {
      for (const one of Array.isArray(value) ? value : [value]) {
        if (one !== undefined) url.searchParams.append(name, String(one))
      }
    }
    const requestWith = async (key: string | undefined): Promise<JsonResponse> => {
      const askedAt = clock.now()
      const headers = { ...client.headers, ...(key !== undefined && { authorization: `Bearer ${key}` }) }
      const sent = { method, url: url.href, headers, ...(method === 'POST' && { body: '{}' }) }
      const answer = await requestJson(client.fetch, sent, addressIn(url.href))
      time.note(answer.headers, askedAt, clock.now())
      return toPlain(answer)
    }
    const first = await requestWith(client.signingKey)
    const { signingKey, signingKeyFallback } = client
    const answer = isRefusedKey(first.status) && signingKeyFallback ? await requestWith(signingKeyFallback) : first
    if (answer.status < 300 && answer.body !== undefined) return answer.body
    const remedyFor = (status: number) =>
      isRefusedKey(status) ? (signingKey === undefined ? setAKey : checkTheKey) : undefined
    throw new RequestFailure(toFailure(answer, clock.now(), remedyFor))
  }

  const get = async <Body>(operation: string, path: string, query: Query = {}): Promise<Body | undefined> => {
    const asking = requestWithRetry(() => request('GET', path, query), { clock })
    return (await resolveOptionalRequest({ provider: 'inngest', operation }, asking)) as Body | undefined
  }

  return {
    get,

    async list<Item>(operation: string, path: string, query: Query = {}) {
      const items: Item[] = []
      let cursor = query['cursor']
      do {
        const page: EnginePage<Item> = (await get<EnginePage<Item>>(operation, path, { ...query, cursor })) ?? {}
        items.push(...(page.data ?? []))
        cursor = page.page?.hasMore ? page.page.cursor : undefined
      } while (cursor !== undefined)
      return items
    },

    async post<Body>(operation: string, path: string, expected: readonly number[]) {
      const question = { provider: 'inngest', operation, isChange: true }
      return (await resolveOptionalRequest(question, request('POST', path, {}), expected)) as Body | undefined
    },

    async time() {
      if (!time.isFresh(clock.now())) {
        askingTime ??= request('GET', '/v2/health', {})
          .catch(() => undefined) // whatever it answers, its time is noted
          .finally(() => (askingTime = undefined))
        await askingTime
      }
      return { offsetMs: time.offsetMs() ?? 0, roundTripMs: time.roundTripMs() }
    },

    offsetMs: () => time.offsetMs() ?? 0,
  }
}

/** Version 1 of the API tells errors inside of a success. */
function toPlain(answer: JsonResponse): JsonResponse {
  const { error, status } = (answer.body ?? {}) as { error?: unknown; status?: unknown }
  return typeof error === 'string' && typeof status === 'number' && status >= 400 ? { ...answer, status } : answer
}

function isRefusedKey(status: number): boolean {
  return status === 401 || status === 403
}

const checkTheKey = 'Check the signing key (`signingKey` or `INNGEST_SIGNING_KEY`) and the environment it belongs to.'
const setAKey =
  'There is no signing key. Set `signingKey` or `INNGEST_SIGNING_KEY`, or `INNGEST_DEV=1` for the dev server.'
