import type { LocalProvider } from '../local-provider.ts'
import type { VirtualClock } from './virtual-clock.ts'

// Taken when this module loads, so that fake timers that a test installs later do not stop it.
const { setTimeout: realSetTimeout, clearTimeout: realClearTimeout } = globalThis

/**
 * Makes the function that waits until nothing is due and no attempt is under way. A handler that waits for time to go
 * by would never end meanwhile: after the patience, it and its like are left running until something else changes.
 */
export function createSettle(provider: LocalProvider, clock: VirtualClock, patienceMs: number): () => Promise<void> {
  /** Attempts that outlasted the patience: they are not waited for again. */
  const stuck = new WeakSet<Promise<void>>()

  return async () => {
    for (;;) {
      // Two turns, since what a handler does after its last await takes a few microtasks and a turn.
      await clock.yield()
      await clock.yield()
      const { engine } = provider
      if (!engine) return
      const waitedFor = engine.inFlight.filter((attempt) => !stuck.has(attempt))
      if (waitedFor.length > 0) {
        if (!(await endsWithin(Promise.race(waitedFor), patienceMs))) for (const attempt of waitedFor) stuck.add(attempt)
      } else if (engine.hasDue) engine.wake()
      else return
    }
  }
}

async function endsWithin(work: Promise<void>, patienceMs: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const impatience = new Promise<false>((resolve) => {
    timer = realSetTimeout(() => resolve(false), patienceMs)
  })
  try {
    return await Promise.race([work.then(() => true), impatience])
  } finally {
    realClearTimeout(timer)
  }
}
