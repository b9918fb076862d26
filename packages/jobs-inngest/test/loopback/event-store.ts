import type { Clock } from '@cgk-platform/jobs-core/provider'
import type { StoredEvent } from './stored-event.ts'

/** The history of events. */
export interface EventStore {
  /** Keeps an event; readers see it after a while. */
  add(event: StoredEvent): void
  find(internalId: string): StoredEvent | undefined
  /** What is visible, newest id first. */
  list(): StoredEvent[]
}

interface Entry {
  readonly event: StoredEvent
  readonly visibleAtMs: number
}

/**
 * The history as the real server keeps it: an id that comes twice is kept twice, and who reads by id may see either
 * payload. Here one read after the other sees the next of them.
 */
export function createEventStore(clock: Clock, visibleAfterMs: number): EventStore {
  const entries = new Map<string, Entry[]>()
  let reads = 0
  const visible = (list: readonly Entry[]): StoredEvent[] =>
    list.filter(({ visibleAtMs }) => visibleAtMs <= clock.now()).map(({ event }) => event)
  return {
    add(event) {
      const before = entries.get(event.internalId) ?? []
      entries.set(event.internalId, [...before, { event, visibleAtMs: clock.now() + visibleAfterMs }])
    },
    find(internalId) {
      const found = visible(entries.get(internalId.toUpperCase()) ?? [])
      return found[reads++ % found.length]
    },
    list: () => visible([...entries.values()].flat()).toSorted((a, b) => (a.internalId > b.internalId ? -1 : 1)),
  }
}
