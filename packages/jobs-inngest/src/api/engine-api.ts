import { RequestFailedError } from '@cgk-platform/jobs-core'
import { type Clock, type FailedRequest, pause } from '@cgk-platform/jobs-core/provider'

import type { InngestConnection } from '../inngest-config.ts'
import { addressUnder } from './address-under.ts'
import type { EnginePage } from './engine-shapes.ts'
import { createEngineTime } from './engine-time.ts'
import { type Answer, type NoAnswer, patienceIn, pauseMsBefore, request } from './request.ts'

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

const timeoutMs = 15_000
const tries = 4
const firstPauseMs = 100

/** The API of the server that a client is connected to. */
export function createEngineApi({ client, apiBaseUrl }: InngestConnection, clock: Clock): EngineApi {
  const time = createEngineTime()
  let askingTime: Promise<unknown> | undefined

  const ask = async (method: 'GET' | 'POST', path: string, query: Query): Promise<Answer | NoAnswer> => {
    // Read each time: where the platform hands the environment to each request, the client knows it only then.
    const url = addressUnder(apiBaseUrl ?? client.apiBaseUrl, path.slice(1))
    for (const [name, value] of Object.entries(query)) {
      for (const one of Array.isArray(value) ? value : [value]) {
        if (one !== undefined) url.searchParams.append(name, String(one))
      }
    }
    const askWith = async (key: string | undefined): Promise<Answer | NoAnswer> => {
      const askedAt = clock.now()
      const headers = { ...client.headers, ...(key !== undefined && { authorization: `Bearer ${key}` }) }
      const body = method === 'POST' ? { body: '{}' } : {}
      const answer = toPlain(await request(client.fetch, url.href, { method, headers, timeoutMs, ...body }))
      if ('headers' in answer) time.note(answer.headers, askedAt, clock.now())
      return answer
    }
    const answer = await askWith(client.signingKey)
    return isRefusedKey(answer) && client.signingKeyFallback ? askWith(client.signingKeyFallback) : answer
  }

  const askUntilMended = async (path: string, query: Query): Promise<Answer | NoAnswer> => {
    for (let tried = 1; ; tried++) {
      const answer = await ask('GET', path, query)
      const pauseMs = pauseMsBefore(answer, clock.now(), firstPauseMs * 2 ** (tried - 1))
      if (pauseMs === undefined || tried === tries) return answer
      await pause(clock, pauseMs)
    }
  }

  const remedyForKey = (answer: Answer | NoAnswer): string | undefined => {
    if (!isRefusedKey(answer)) return undefined
    return client.signingKey === undefined ? setAKey : checkTheKey
  }

  const get: EngineApi['get'] = async <Body>(operation: string, path: string, query: Query = {}) => {
    const answer = await askUntilMended(path, query)
    if ('status' in answer && answer.status === 404 && isOwnWord(answer)) return undefined
    if ('status' in answer && answer.status < 300 && answer.body !== undefined) return answer.body as Body
    throw failed(operation, answer, clock.now(), { remedy: remedyForKey(answer) })
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
      const answer = await ask('POST', path, {})
      if ('status' in answer) {
        if (answer.status < 300 && answer.body !== undefined) return answer.body as Body
        if (expected.includes(answer.status) && isOwnWord(answer)) return undefined
      }
      throw failed(operation, answer, clock.now(), { mayBeDone: mayBeDone(answer), remedy: remedyForKey(answer) })
    },

    async time() {
      if (!time.isFresh(clock.now())) {
        askingTime ??= ask('GET', '/v2/health', {}).finally(() => (askingTime = undefined))
        await askingTime
      }
      return { offsetMs: time.offsetMs() ?? 0, roundTripMs: time.roundTripMs() }
    },

    offsetMs: () => time.offsetMs() ?? 0,
  }
}

/** Version 1 of the API tells errors inside of a success. */
function toPlain(answer: Answer | NoAnswer): Answer | NoAnswer {
  if (!('status' in answer)) return answer
  const { error, status } = (answer.body ?? {}) as { error?: unknown; status?: unknown }
  return typeof error === 'string' && typeof status === 'number' && status >= 400 ? { ...answer, status } : answer
}

/** A wrong address answers 404, too: only Inngest itself can say that there is no such thing. */
function isOwnWord({ body }: Answer): boolean {
  const { error, errors } = (body ?? {}) as { error?: unknown; errors?: unknown }
  const code: unknown = Array.isArray(errors) ? (errors[0] as { code?: unknown } | undefined)?.code : undefined
  return typeof error === 'string' || (typeof code === 'string' && code !== 'api_error') // that is of an unknown path
}

function isRefusedKey(answer: Answer | NoAnswer): boolean {
  return 'status' in answer && (answer.status === 401 || answer.status === 403)
}

const checkTheKey = 'Check the signing key (`signingKey` or `INNGEST_SIGNING_KEY`) and the environment it belongs to.'
const setAKey =
  'There is no signing key: set `signingKey` or `INNGEST_SIGNING_KEY`, or `INNGEST_DEV=1` for the dev server.'
/** Whether a change was perhaps made, though no answer says so. */
function mayBeDone(answer: Answer | NoAnswer): boolean {
  return 'status' in answer ? answer.status >= 500 || answer.status < 300 : !answer.unreached
}

function failed(
  operation: string,
  answer: Answer | NoAnswer,
  now: number,
  told: Pick<FailedRequest, 'mayBeDone' | 'remedy'>,
): RequestFailedError {
  const asked = { provider: 'inngest', operation, ...told }
  if (!('status' in answer)) {
    const { problem, advice, cause } = answer
    return new RequestFailedError({ ...asked, problem, advice }, { cause })
  }
  const { status, body } = answer
  const problem =
    status < 300 ? 'the answer is not JSON' : `it answered ${status}${reasonIn(body)}${patienceIn(answer, now)}`
  return new RequestFailedError({ ...asked, problem, status })
}

/** Inngest's own words for what is wrong, in the forms of both versions of its API. */
export function reasonIn(body: unknown): string {
  const { error, errors, message } = (body ?? {}) as { error?: unknown; errors?: unknown; message?: unknown }
  const first = Array.isArray(errors) ? (errors[0] as { message?: unknown } | undefined)?.message : undefined
  const words = [first, error, message].find((one): one is string => typeof one === 'string' && one !== '')
  return words === undefined ? '' : ` (${words})`
}
