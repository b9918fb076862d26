import { mostTagsAtOnce, type NewToken, type ReadToken, type WaitTokens } from '../../src/api/wait-tokens.ts'

/** A token in memory. */
export interface FakeToken extends NewToken {
  readonly id: string
  readonly createdAt: Date
  status: ReadToken['status']
  completedAt?: Date
  answer?: string
}

/** Tokens in memory, and what was asked of them. */
export interface FakeTokens extends WaitTokens {
  readonly all: readonly FakeToken[]
  readonly asked: readonly string[]
}

/** No tokens yet. A key makes one token, and one that was completed stays as it is. */
export function createFakeTokens(now: () => number = Date.now): FakeTokens {
  const all: FakeToken[] = []
  const asked: string[] = []
  return {
    all,
    asked,
    async create(_, token) {
      asked.push('create')
      const known = all.find(({ idempotencyKey }) => idempotencyKey === token.idempotencyKey)
      const id = `waitpoint_${all.length + 1}`
      const made = known ?? { ...token, id, status: 'WAITING' as const, createdAt: new Date(now()) }
      if (!known) all.push(made)
      return made.id
    },
    async waiting(_, tags) {
      if (tags.length > mostTagsAtOnce) throw new Error('These tags do not go into the address of a request.')
      asked.push('list')
      return all.filter((token) => token.status === 'WAITING' && token.tags.some((tag) => tags.includes(tag)))
    },
    async read(_, id) {
      asked.push(`read ${id}`)
      return all.find((token) => token.id === id)
    },
    async complete(_, id, answer) {
      asked.push(`complete ${id}`)
      const token = all.find((each) => each.id === id)
      if (token?.status === 'WAITING')
        Object.assign(token, { status: 'COMPLETED', completedAt: new Date(now()), answer })
    },
  }
}
