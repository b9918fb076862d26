import type { ApiRequest } from './request.ts'

/** A wait token as lists return it. A run can wait for a token, and anyone can complete it once. */
export interface WaitToken {
  readonly id: string
  readonly status: 'WAITING' | 'COMPLETED' | 'TIMED_OUT'
  readonly idempotencyKey?: string | undefined
  readonly tags: readonly string[]
  /** Creation time by the server's clock. */
  readonly createdAt: Date
}

/** A single wait token with its output. */
export interface WaitTokenDetails extends Pick<WaitToken, 'id' | 'status' | 'createdAt'> {
  readonly completedAt?: Date | undefined
  /** The string that completed the token. Absent if it was completed with another type, or with an error. */
  readonly output?: string | undefined
}

/** Settings of a new wait token. */
export interface NewToken {
  /** Timeout in milliseconds. It is a duration, not a date, because the server's clock may differ from this one. */
  readonly timeoutMs: number
  readonly tags: readonly string[]
  readonly idempotencyKey: string
}

/** Access to Trigger.dev's wait tokens from any process. */
export interface WaitTokens {
  /** Creates a token. @returns the token's id. @throws {RequestFailedError} */
  create(operation: string, token: NewToken): Promise<string>
  /**
   * Returns all waiting tokens that have one of these tags.
   *
   * @param tags - at most `maxTagsPerRequest`
   * @throws {RequestFailedError}
   */
  waiting(operation: string, tags: readonly string[]): Promise<WaitToken[]>
  /** Returns waiting tokens that have this tag, or `undefined` if there are more than a page. @throws {RequestFailedError} */
  fewWaiting(operation: string, tag: string): Promise<WaitToken[] | undefined>
  /** Returns a token, or `undefined` if there is none. @throws {RequestFailedError} */
  read(operation: string, id: string): Promise<WaitTokenDetails | undefined>
  /** Completes a token with a string. Does nothing if it was completed before. @throws {RequestFailedError} */
  complete(operation: string, id: string, output: string): Promise<void>
}

/** Sends an idempotent request and returns the JSON body, or `undefined` if the resource does not exist. */
export type SendApiRequest = (operation: string, request: ApiRequest, isMutation: boolean) => Promise<unknown>

const tokensPath = '/api/v1/waitpoints/tokens'
const maxPageSize = 100
/** Maximum number of tags in one request. With 70 characters each, they fit into the URL. */
export const maxTagsPerRequest = 40

/** Creates access to wait tokens over Trigger.dev's API. The SDK offers them only inside runs. */
export function createWaitTokens(send: SendApiRequest): WaitTokens {
  const page = async (operation: string, tags: readonly string[], after: string | undefined) => {
    const query = new URLSearchParams({
      'filter[status]': 'WAITING',
      'filter[tags]': tags.join(','),
      'page[size]': String(maxPageSize),
      ...(after !== undefined && { 'page[after]': after }),
    })
    const request = { method: 'GET', path: `${tokensPath}?${query.toString()}` } as const
    const { data = [], pagination } = ((await send(operation, request, false)) ?? {}) as TokenPage
    return { tokens: data.map(toToken), next: pagination?.next }
  }
  return {
    async create(operation, { timeoutMs, tags, idempotencyKey }) {
      const timeout = `${Math.max(1, Math.ceil(timeoutMs / 1000))}s`
      const body = { timeout, tags, idempotencyKey }
      const { id } = (await send(operation, { method: 'POST', path: tokensPath, body }, true)) as { id: string }
      return id
    },
    async waiting(operation, tags) {
      const found: WaitToken[] = []
      let after: string | undefined
      do {
        const { tokens, next } = await page(operation, tags, after)
        found.push(...tokens)
        after = next
      } while (after !== undefined)
      return found
    },
    async fewWaiting(operation, tag) {
      const { tokens, next } = await page(operation, [tag], undefined)
      return next === undefined ? tokens : undefined
    },
    async read(operation, id) {
      const json = await send(operation, { method: 'GET', path: `${tokensPath}/${id}` }, false)
      return json === undefined ? undefined : toTokenDetails(json as TokenDetailsJson)
    },
    async complete(operation, id, output) {
      await send(operation, { method: 'POST', path: `${tokensPath}/${id}/complete`, body: { data: output } }, true)
    },
  }
}

type TokenJson = Omit<WaitToken, 'createdAt'> & { readonly createdAt: string }

interface TokenPage {
  readonly data?: readonly TokenJson[]
  readonly pagination?: { readonly next?: string }
}

interface TokenDetailsJson extends Pick<TokenJson, 'id' | 'status' | 'createdAt'> {
  readonly completedAt?: string | null
  readonly output?: string | null
  readonly outputType?: string | null
  readonly outputIsError?: boolean | null
}

function toToken({ createdAt, ...token }: TokenJson): WaitToken {
  return { ...token, createdAt: new Date(createdAt) }
}

function toTokenDetails(json: TokenDetailsJson): WaitTokenDetails {
  const { id, status, createdAt, completedAt, output, outputType, outputIsError } = json
  const isString = outputType === 'text/plain' && typeof output === 'string' && outputIsError !== true
  return {
    id,
    status,
    createdAt: new Date(createdAt),
    completedAt: completedAt ? new Date(completedAt) : undefined,
    output: isString ? output : undefined,
  }
}
