import type { LocalProvider } from '../../src/local-provider.ts'
import type { VirtualClock } from '../../src/testing/virtual-clock.ts'

/**
 * Turns of the event loop in which nothing may happen before time goes on: an attempt takes two to end, and a workflow's
 * code that is replayed one for each of its steps.
 */
const quietTurns = 12

/**
 * Lets virtual time go by: what is due meanwhile runs at its own instant. The suite's handlers wait for time alone, so
 * an engine in which nothing changes for some turns has done all that it can do now.
 */
export async function passVirtualTime(provider: LocalProvider, clock: VirtualClock, durationMs: number): Promise<void> {
  const until = clock.now() + durationMs
  await settle(provider, clock)
  while (clock.step(until)) await settle(provider, clock)
  await settle(provider, clock)
}

async function settle(provider: LocalProvider, clock: VirtualClock): Promise<void> {
  for (let quiet = 0; quiet < quietTurns;) {
    const before = provider.engine?.inFlight ?? []
    await clock.yield()
    const after = provider.engine?.inFlight ?? []
    const same = after.length === before.length && after.every((attempt, index) => attempt === before[index])
    quiet = same && !provider.engine?.hasDue ? quiet + 1 : 0
  }
}
