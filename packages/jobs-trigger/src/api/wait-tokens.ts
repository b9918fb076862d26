import type { OwnRequest } from './request.ts'

/** A token that a run can wait for, and anyone complete once, as lists tell it. */
export interface WaitToken {
  readonly id: string
  readonly status: 'WAITING' | 'COMPLETED' | 'TIMED_OUT'
  readonly idempotencyKey?: string | undefined
  readonly tags: readonly string[]
  /** By the server's clock. */
  readonly createdAt: Date
}

/** A token with what it was completed with. */
export interface ReadToken extends Pick<WaitToken, 'id' | 'status'> {
  readonly completedAt?: Date | undefined
  /** The text that it was completed with, where it was one. */
  readonly answer?: string | undefined
}

/** What a token is made with. */
export interface NewToken {
  /** After so long it is over, counted by the server. A date would be read by a clock that may be another. */
  readonly timeoutMs: number
  readonly tags: readonly string[]
  readonly idempotencyKey: string
}

/** Trigger.dev's tokens, from whichever process. */
export interface WaitTokens {
  /** @returns the token's id. @throws {RequestFailedError} */
  create(operation: string, token: NewToken): Promise<string>
  /** Tokens that wait and have one of these tags, no more than `mostTagsAtOnce`; all pages of them. @throws {RequestFailedError} */
  waiting(operation: string, tags: readonly string[]): Promise<WaitToken[]>
  /** A token, or `undefined` where there is none. @throws {RequestFailedError} */
  read(operation: string, id: string): Promise<ReadToken | undefined>
  /** Completes a token with a text; nothing where it was completed before. @throws {RequestFailedError} */
  complete(operation: string, id: string, answer: string): Promise<void>
}

/** Asks for something that asking twice does no more of than asking once; `undefined` where it is not there. */
export type AskFor = (operation: string, request: OwnRequest, isChange: boolean) => Promise<unknown>

const tokensPath = '/api/v1/waitpoints/tokens'
const mostInPage = 100
/** Tags of 70 characters each that have their place in the address of a request. */
export const mostTagsAtOnce = 40

/** Tokens over the API of Trigger.dev, whose SDK has them inside of runs alone. */
export function createWaitTokens(ask: AskFor): WaitTokens {
  const page = async (operation: string, tags: readonly string[], after: string | undefined) => {
    const query = new URLSearchParams({
      'filter[status]': 'WAITING',
      'filter[tags]': tags.join(','),
      'page[size]': String(mostInPage),
      ...(after !== undefined && { 'page[after]': after }),
    })
    const request = { method: 'GET', path: `${tokensPath}?${query.toString()}` } as const
    const { data = [], pagination } = ((await ask(operation, request, false)) ?? {}) as TokenPage
    return { tokens: data.map(toToken), next: pagination?.next }
  }
  return {
    async create(operation, { timeoutMs, tags, idempotencyKey }) {
      const timeout = `${Math.max(1, Math.ceil(timeoutMs / 1000))}s`
      const body = { timeout, tags, idempotencyKey }
      const { id } = (await ask(operation, { method: 'POST', path: tokensPath, body }, true)) as { id: string }
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
    async read(operation, id) {
      const told = await ask(operation, { method: 'GET', path: `${tokensPath}/${id}` }, false)
      return told === undefined ? undefined : toReadToken(told as ToldAnswer)
    },
    async complete(operation, id, answer) {
      await ask(operation, { method: 'POST', path: `${tokensPath}/${id}/complete`, body: { data: answer } }, true)
    },
  }
}

type ToldToken = Omit<WaitToken, 'createdAt'> & { readonly createdAt: string }

interface TokenPage {
  readonly data?: readonly ToldToken[]
  readonly pagination?: { readonly next?: string }
}

interface ToldAnswer extends Pick<WaitToken, 'id' | 'status'> {
  readonly completedAt?: string | null
  readonly output?: string | null
  readonly outputType?: string | null
  readonly outputIsError?: boolean | null
}

function toToken({ createdAt, ...token }: ToldToken): WaitToken {
  return { ...token, createdAt: new Date(createdAt) }
}

function toReadToken({ id, status, completedAt, output, outputType, outputIsError }: ToldAnswer): ReadToken {
  const isText = outputType === 'text/plain' && typeof output === 'string' && outputIsError !== true
  return {
    id,
    status,
    completedAt: completedAt ? new Date(completedAt) : undefined,
    answer: isText ? output : undefined,
  }
}
