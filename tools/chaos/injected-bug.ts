import { DatabaseSync } from 'node:sqlite'

import type { LocalProvider } from '@cgk-platform/jobs/local'

/** Bugs that you can inject into the engine, to see that the checks find them. */
export const injectedBugs = ['no-fence', 'early-ack', 'poison'] as const

export type InjectedBug = (typeof injectedBugs)[number]

const fence = /worker = \? AND attempts = \? AND phase IN \(\d+, \d+\) AND \(state = 'running' OR compensation = 2\)/

/** The part of a statement that does not count the attempts of runs whose process ended. */
const isolation = /(phase = 3,.*)attempts = attempts - \(NOT resumed\)/

/** Charges a crash to all runs of the process, not only to one that was alone. */
export function chargeNeighbors(): void {
  replaceSql(isolation, '$1attempts = attempts')
}

/** Lets any worker settle any attempt, however late, by removing the fence from the SQL of this process. */
export function removeFence(): void {
  replaceSql(fence, '? IS NOT NULL AND ? IS NOT NULL')
}

function replaceSql(part: RegExp, by: string): void {
  const { prepare } = DatabaseSync.prototype
  DatabaseSync.prototype.prepare = function (this: DatabaseSync, sql, ...rest) {
    return prepare.call(this, sql.replace(part, by), ...rest)
  }
}

/** Delay of the send after its acknowledgement, in milliseconds. */
const afterAckMs = 20

/**
 * Acknowledges sends before they are committed. A killed process cannot show whether a commit is synced to disk,
 * because the operating system keeps what the process wrote. A test of the store checks the system calls for that.
 */
export function acknowledgeEarly(provider: LocalProvider): LocalProvider {
  return {
    ...provider,
    async send(envelopes) {
      // With an idempotency key or a transaction, only the real send returns the id.
      if (envelopes.some((one) => one.providerOptions ?? one.idempotencyKey)) return provider.send(envelopes)
      setTimeout(() => void provider.send(envelopes).catch(() => undefined), afterAckMs)
      return envelopes.map(({ id }) => ({ ok: true, id, deduplicated: false }))
    },
  }
}
