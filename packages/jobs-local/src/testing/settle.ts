import { loadCatalogue } from '@cgk-platform/jobs-core/scheduling'

import type { LocalProvider } from '../provider/local-provider.ts'
import type { VirtualClock } from './virtual-clock.ts'

// Captured at load time, so that fake timers that a test installs later do not stop it.
const { setTimeout: realSetTimeout, clearTimeout: realClearTimeout } = globalThis

/** The options of `createSettle`. */
export interface SettleOptions {
  readonly provider: LocalProvider
  /** Settles when the provider that the client uses is loaded, if it imitates another. */
  readonly imitating: Promise<unknown> | undefined
  readonly clock: VirtualClock
  /** Maximum time to wait for an attempt that awaits something real, in real milliseconds. */
  readonly maxRealWaitMs: number
  /** Returns a number that grows when an attempt ends and when a timer fires. Throws if work has no end. */
  readonly progress: () => number
}

/**
 * Creates a function that waits until nothing is due and no attempt is running. A handler that waits for virtual time
 * to pass, or for another job, cannot end during this wait. After `maxRealWaitMs`, such attempts are ignored until
 * another attempt ends or a timer fires, which may be what they wait for.
 */
export function createSettle({
  provider,
  imitating,
  clock,
  maxRealWaitMs,
  progress,
}: SettleOptions): () => Promise<void> {
  /** Halved after each unsuccessful wait, so that a handler that never ends costs at most twice `maxRealWaitMs`. */
  const realWaitLeftMs = new WeakMap<Promise<void>, number>()
  let stuck = new WeakSet<Promise<void>>()
  let progressBefore = 0

  return async () => {
    await Promise.all([loadCatalogue(), imitating?.catch(() => undefined)]) // an unawaited send may wait for them
    for (;;) {
      // Two turns: the code of a handler after its last await takes a few microtasks and one turn.
      await clock.yield()
      await clock.yield()
      const { engine } = provider
      if (!engine) return
      if (progress() !== progressBefore) {
        progressBefore = progress()
        stuck = new WeakSet()
      }
      const awaited = engine.inFlight.filter((attempt) => !stuck.has(attempt))
      if (awaited.length > 0) {
        const waitMs = Math.max(...awaited.map((attempt) => realWaitLeftMs.get(attempt) ?? maxRealWaitMs))
        if (await endsWithin(Promise.race(awaited), waitMs)) continue
        for (const attempt of awaited) {
          stuck.add(attempt)
          realWaitLeftMs.set(attempt, waitMs / 2)
        }
      } else if (engine.hasDue) engine.wake()
      else return
    }
  }
}

async function endsWithin(work: Promise<void>, limitMs: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const timeout = new Promise<false>((resolve) => {
    timer = realSetTimeout(() => resolve(false), limitMs)
  })
  try {
    return await Promise.race([work.then(() => true), timeout])
  } finally {
    realClearTimeout(timer)
  }
}
