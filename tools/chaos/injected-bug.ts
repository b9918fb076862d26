import type { LocalProvider } from '@cgk-platform/jobs/local'

import type { EngineName } from './engines/engine-name.ts'

/** The bugs that you can inject into each engine, to see that the checks find them. */
export const bugsOf = {
  local: ['no-fence', 'early-ack', 'poison', 'no-refund', 'costly-passes', 'first-in-first-out', 'retries-first'],
  postgres: ['no-fence', 'early-ack', 'no-limits', 'first-in-first-out', 'retries-first'],
} as const satisfies Record<EngineName, readonly string[]>

export type InjectedBug = (typeof bugsOf)[EngineName][number]

export const injectedBugs: readonly InjectedBug[] = [...new Set(Object.values(bugsOf).flat())]

/** Injects a bug into the sends of a process. */
export function injectIntoSends(provider: LocalProvider, bug: InjectedBug | undefined): LocalProvider {
  if (bug === 'early-ack') return acknowledgeEarly(provider)
  if (bug === 'first-in-first-out') return takeInOrder(provider)
  return provider
}

/** Delay of the send after its acknowledgement, in milliseconds. */
const afterAckMs = 20

/**
 * Acknowledges sends before they are committed. A killed process cannot show whether a commit is synced to disk,
 * because the operating system keeps what the process wrote. A test of the store checks the system calls for that.
 */
function acknowledgeEarly(provider: LocalProvider): LocalProvider {
  return {
    ...provider,
    async send(envelopes) {
      // With an idempotency key or a transaction, only the real send returns the id.
      if (envelopes.some((one) => one.transaction ?? one.idempotencyKey)) return provider.send(envelopes)
      setTimeout(() => void provider.send(envelopes).catch(() => undefined), afterAckMs)
      return envelopes.map(({ id }) => ({ ok: true, id, deduplicated: false }))
    },
  }
}

/** Time that a stage in front of the engine takes for each job of a burst, in milliseconds. */
const stageMs = 2

/** Lets the jobs of bursts pass one after another, in the order of their sends, before their tenants take turns. */
function takeInOrder(provider: LocalProvider): LocalProvider {
  let takenAt = 0
  const inOrder = <One extends { readonly runAt?: number }>(envelope: One): One => {
    takenAt = Math.max(takenAt + stageMs, envelope.runAt ?? Date.now())
    return { ...envelope, runAt: Math.floor(takenAt) }
  }
  return {
    ...provider,
    send: (envelopes) => provider.send(envelopes.map((one) => (one.event === 'chaos.turn' ? inOrder(one) : one))),
  }
}
