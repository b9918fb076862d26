import type { NewToken, ReadToken, WaitTokens } from '../../src/api/wait-tokens.ts'

/** A token in memory. */
export interface FakeToken extends NewToken {
  readonly id: string
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
export function createFakeTokens(): FakeTokens {
  const all: FakeToken[] = []
  const asked: string[] = []
  return {
    all,
    asked,
    async create(_, token) {
      asked.push('create')
      const known = all.find(({ idempotencyKey }) => idempotencyKey === token.idempotencyKey)
      const made = known ?? { ...token, id: `waitpoint_${all.length + 1}`, status: 'WAITING' as const }
      if (!known) all.push(made)
      return made.id
    },
    async waiting(_, tags) {
      asked.push('list')
      return all.filter(({ status, tag }) => status === 'WAITING' && tags.includes(tag))
    },
    async read(_, id) {
      asked.push(`read ${id}`)
      return all.find((token) => token.id === id)
    },
    async complete(_, id, answer) {
      asked.push(`complete ${id}`)
      const token = all.find((each) => each.id === id)
      if (token?.status === 'WAITING') Object.assign(token, { status: 'COMPLETED', completedAt: new Date(), answer })
    },
  }
}
