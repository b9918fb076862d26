import { maxTagsPerRequest, type NewToken, type WaitTokenDetails, type WaitTokens } from '../../src/api/wait-tokens.ts'

/** A wait token in memory. */
export interface FakeToken extends NewToken {
  readonly id: string
  readonly createdAt: Date
  status: WaitTokenDetails['status']
  completedAt?: Date
  output?: string
}

/** Wait tokens in memory, with a log of the requests. */
export interface FakeTokens extends WaitTokens {
  readonly all: readonly FakeToken[]
  readonly requests: readonly string[]
}

const pageSize = 100

/** Creates an empty token store. A key creates one token, and a completed token does not change. */
export function createFakeTokens(now: () => number = Date.now): FakeTokens {
  const all: FakeToken[] = []
  const requests: string[] = []
  return {
    all,
    requests,
    async create(_, token) {
      requests.push('create')
      const known = all.find(({ idempotencyKey }) => idempotencyKey === token.idempotencyKey)
      const id = `waitpoint_${all.length + 1}`
      const created = known ?? { ...token, id, status: 'WAITING' as const, createdAt: new Date(now()) }
      if (!known) all.push(created)
      return created.id
    },
    async waiting(_, tags) {
      if (tags.length > maxTagsPerRequest) throw new Error('Too many tags for the URL of a request.')
      requests.push('list')
      return all.filter((token) => token.status === 'WAITING' && token.tags.some((tag) => tags.includes(tag)))
    },
    async fewWaiting(_, tag) {
      requests.push('list few')
      const found = all.filter((token) => token.status === 'WAITING' && token.tags.includes(tag))
      return found.length > pageSize ? undefined : found
    },
    async read(_, id) {
      requests.push(`read ${id}`)
      const token = all.find((each) => each.id === id)
      return token && { ...token }
    },
    async complete(_, id, output) {
      requests.push(`complete ${id}`)
      const token = all.find((each) => each.id === id)
      if (token?.status === 'WAITING')
        Object.assign(token, { status: 'COMPLETED', completedAt: new Date(now()), output })
    },
  }
}
