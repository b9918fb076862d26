import type { LocalProvider } from '../../src/provider/local-provider.ts'
import type { VirtualClock } from '../../src/testing/virtual-clock.ts'

/**
 * Number of turns of the event loop without a change before time advances. An attempt takes two turns to end, and the
 * replay of a workflow takes one for each of its steps.
 */
const quietTurns = 12

/**
 * Advances virtual time. Due work runs at its own time. The suite's handlers wait only for time, so an engine without
 * changes for some turns has no work left that can run now.
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
