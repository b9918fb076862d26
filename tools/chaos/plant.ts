import { DatabaseSync } from 'node:sqlite'

import type { LocalProvider } from '@cgk-platform/jobs/local'

/** Bugs that a run can be given, to see that it finds them. */
export const plants = ['no-fence', 'early-ack'] as const

export type Plant = (typeof plants)[number]

const fence = /worker = \? AND attempts = \? AND phase = 2 AND \(state = 'running' OR compensation = 2\)/

/** Lets any worker settle any attempt, however late: the fence is taken out of the SQL of this process. */
export function takeFenceOut(): void {
  const { prepare } = DatabaseSync.prototype
  DatabaseSync.prototype.prepare = function (this: DatabaseSync, sql, ...rest) {
    return prepare.call(this, sql.replace(fence, '? IS NOT NULL AND ? IS NOT NULL'), ...rest)
  }
}

/** How long after its acknowledgement such a send is made, milliseconds. */
const afterAckMs = 20

/**
 * Acknowledges a send before it is committed. That the commit is synced before the answer no killed process can show,
 * since the system keeps what it has written: a test of the store looks at the calls of the system for it.
 */
export function acknowledgeEarly(provider: LocalProvider): LocalProvider {
  return {
    ...provider,
    async send(envelopes) {
      // The id of a taken key, and of a send in a transaction, would be told by the answer alone.
      if (envelopes.some((one) => one.providerOptions ?? one.idempotencyKey)) return provider.send(envelopes)
      setTimeout(() => void provider.send(envelopes).catch(() => undefined), afterAckMs)
      return envelopes.map(({ id }) => ({ ok: true, id, deduplicated: false }))
    },
  }
}
