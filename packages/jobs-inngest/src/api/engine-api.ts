import {
  type JsonResponse,
  resolveOptionalRequest,
  createRequester,
  maxHealthWaitMs,
  requestJson,
  RequestFailure,
  type Requester,
} from '@cgk-platform/jobs-core/hosted'
import type { Clock } from '@cgk-platform/jobs-core/provider'

import type { InngestConnection } from '../inngest-config.ts'
import { addressHints, addressUnder } from './address.ts'
import type { EnginePage } from './engine-shapes.ts'
import { createEngineTime } from './engine-time.ts'
import { toFailure } from './to-failure.ts'

/** Query parameters. A list repeats its parameter. */
export type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>

/** Reads of Inngest's HTTP API. */
export interface EngineReads {
  /** Reads a path; `undefined` if nothing exists there. @throws {RequestFailedError} */
  get<Body>(operation: string, path: string, query?: Query): Promise<Body | undefined>
  /** Reads all pages of a list, from `query.cursor` if set. @throws {RequestFailedError} */
  list<Item>(operation: string, path: string, query?: Query): Promise<Item[]>
}

/** The parts of Inngest's HTTP API that this package uses. The SDK cannot read, cancel or rerun. */
export interface EngineApi extends EngineReads {
  /** Reads for periodic checks. They do not wait behind other requests, and at most five seconds for a rate limit. */
  readonly watching: EngineReads
  /** Reads for a health check. They do not wait behind other requests, and at most three seconds for a rate limit. */
  readonly checking: EngineReads
  /**
   * Requests a change. Repeats the request only if Inngest did not carry it out.
   *
   * @throws {RequestFailedError} for a status that is neither a success nor expected.
   */
  post<Body>(operation: string, path: string, expected: readonly number[]): Promise<Body | undefined>
  /** Returns the difference of the server's clock. Sends a request if the last measurement is older than 30 seconds. */
  time(): Promise<ServerTime>
  /** Returns the server's clock minus the local clock, milliseconds, as last measured. Sends no request. */
  offsetMs(): number
  /** Waits for the requested changes for at most `timeoutMs`. Changes that still wait then fail, as do later ones. */
  close(timeoutMs: number): Promise<void>
}

/** The server's clock relative to the local clock. */
export interface ServerTime {
  /** The server's clock minus the local clock, milliseconds. */
  readonly offsetMs: number
  /** Duration of a request, milliseconds. */
  readonly roundTripMs: number
}

/** Maximum wait of a periodic check for a rate limit. */
const watchingLimitMs = 5000

/** Creates access to the API of the server that a client uses. */
export function createEngineApi(connection: InngestConnection, clock: Clock): EngineApi {
  const { client, apiBaseUrl, maxRateLimitWaitMs } = connection
  const requester = createRequester({ clock, maxRateLimitWaitMs })
  const checkingLimitMs = Math.min(maxHealthWaitMs, maxRateLimitWaitMs ?? maxHealthWaitMs)
  const time = createEngineTime()
  let pendingTimeRequest: Promise<unknown> | undefined

  const request = async (method: 'GET' | 'POST', path: string, query: Query): Promise<unknown> => {
    // Read for each request: on some platforms the environment is known only then.
    const url = addressUnder(apiBaseUrl ?? client.apiBaseUrl, path.slice(1))
    for (const [name, value] of Object.entries(query)) {
      for (const one of Array.isArray(value) ? value : [value]) {
        if (one !== undefined) url.searchParams.append(name, String(one))
      }
    }
    const requestWith = async (key: string | undefined): Promise<JsonResponse> => {
      const requestedAt = clock.now()
      const headers = { ...client.headers, ...(key !== undefined && { authorization: `Bearer ${key}` }) }
      const sent = { method, url: url.href, headers, ...(method === 'POST' && { body: '{}' }) }
      const answer = await requestJson(client.fetch, sent, addressHints(url.href))
      time.record(answer.headers, requestedAt, clock.now())
      return withBodyStatus(answer)
    }
    const first = await requestWith(client.signingKey)
    const { signingKey, signingKeyFallback } = client
    const answer = isRefusedKey(first.status) && signingKeyFallback ? await requestWith(signingKeyFallback) : first
    if (answer.status < 300 && answer.body !== undefined) return answer.body
    const remedyFor = (status: number) =>
      isRefusedKey(status) ? (signingKey === undefined ? setAKey : checkTheKey) : undefined
    throw new RequestFailure(toFailure(answer, clock.now(), remedyFor))
  }

  return {
    ...createReads(requester, request),
    watching: createReads(createRequester({ clock, maxRateLimitWaitMs: watchingLimitMs }), request),
    checking: createReads(createRequester({ clock, maxRateLimitWaitMs: checkingLimitMs }), request),

    async post<Body>(operation: string, path: string, expected: readonly number[]) {
      const description = { provider: 'inngest', operation, isMutation: true }
      const changing = requester(() => request('POST', path, {}), { isIdempotent: false, isChange: true })
      return (await resolveOptionalRequest(description, changing, expected)) as Body | undefined
    },

    async time() {
      if (!time.isFresh(clock.now())) {
        pendingTimeRequest ??= request('GET', '/v2/health', {})
          .catch(() => undefined) // the time is recorded whatever the status
          .finally(() => (pendingTimeRequest = undefined))
        await pendingTimeRequest
      }
      return { offsetMs: time.offsetMs() ?? 0, roundTripMs: time.roundTripMs() }
    },

    offsetMs: () => time.offsetMs() ?? 0,
    close: (timeoutMs) => requester.close(timeoutMs),
  }
}

type SendRequest = (method: 'GET', path: string, query: Query) => Promise<unknown>

function createReads(requester: Requester, request: SendRequest): EngineReads {
  const get = async <Body>(operation: string, path: string, query: Query = {}): Promise<Body | undefined> => {
    const asking = requester(() => request('GET', path, query))
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
  }
}

/** Moves an error status in the body to the response: version 1 of the API reports errors with HTTP status 200. */
function withBodyStatus(answer: JsonResponse): JsonResponse {
  const { error, status } = (answer.body ?? {}) as { error?: unknown; status?: unknown }
  return typeof error === 'string' && typeof status === 'number' && status >= 400 ? { ...answer, status } : answer
}

function isRefusedKey(status: number): boolean {
  return status === 401 || status === 403
}

const checkTheKey = 'Check the signing key (`signingKey` or `INNGEST_SIGNING_KEY`) and the environment it belongs to.'
const setAKey =
  'The signing key is missing. Set `signingKey` or `INNGEST_SIGNING_KEY`, or `INNGEST_DEV=1` for the dev server.'
