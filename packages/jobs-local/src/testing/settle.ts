import { loadCatalogue } from '@cgk-platform/jobs-core/provider'

import type { LocalProvider } from '../local-provider.ts'
import type { VirtualClock } from './virtual-clock.ts'

// Taken when this module loads, so that fake timers that a test installs later do not stop it.
const { setTimeout: realSetTimeout, clearTimeout: realClearTimeout } = globalThis

/** What settling looks at. */
export interface SettleParts {
  readonly provider: LocalProvider
  readonly clock: VirtualClock
  /** How long an attempt that waits for something real is waited for, in real milliseconds. */
  readonly patienceMs: number
  /** How many attempts have ended so far. */
  readonly endedAttempts: () => number
}

/**
 * Makes the function that waits until nothing is due and no attempt is under way. A handler that waits for time to go
 * by, or for another job, would never end meanwhile: after the patience, it and its like are left running until some
 * attempt has ended, which may be what they waited for.
 */
export function createSettle({ provider, clock, patienceMs, endedAttempts }: SettleParts): () => Promise<void> {
  /** Half as much each time that it was in vain, so that a handler without end costs twice the patience at most. */
  const patienceLeftMs = new WeakMap<Promise<void>, number>()
  let stuck = new WeakSet<Promise<void>>()
  let endedBefore = 0

  return async () => {
    await loadCatalogue() // a send that nobody awaits may wait for it
    for (;;) {
      // Two turns, since what a handler does after its last await takes a few microtasks and a turn.
      await clock.yield()
      await clock.yield()
      const { engine } = provider
      if (!engine) return
      if (endedAttempts() !== endedBefore) {
        endedBefore = endedAttempts()
        stuck = new WeakSet()
      }
      const waitedFor = engine.inFlight.filter((attempt) => !stuck.has(attempt))
      if (waitedFor.length > 0) {
        const waitMs = Math.max(...waitedFor.map((attempt) => patienceLeftMs.get(attempt) ?? patienceMs))
        if (await endsWithin(Promise.race(waitedFor), waitMs)) continue
        for (const attempt of waitedFor) {
          stuck.add(attempt)
          patienceLeftMs.set(attempt, waitMs / 2)
        }
      } else if (engine.hasDue) engine.wake()
      else return
    }
  }
}

async function endsWithin(work: Promise<void>, limitMs: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const impatience = new Promise<false>((resolve) => {
    timer = realSetTimeout(() => resolve(false), limitMs)
  })
  try {
    return await Promise.race([work.then(() => true), impatience])
  } finally {
    realClearTimeout(timer)
  }
}
