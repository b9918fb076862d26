import type { Clock } from '@cgk-platform/jobs-core/provider'
import type { StoredEvent } from './stored-event.ts'

/** All received events. */
export interface EventStore {
  /** Stores an event. It becomes visible after a delay. */
  add(event: StoredEvent): void
  find(internalId: string): StoredEvent | undefined
  /** Returns the visible events, newest id first. */
  list(): StoredEvent[]
}

interface Entry {
  readonly event: StoredEvent
  readonly visibleAtMs: number
}

/**
 * Creates a store that behaves like the real server: an id that is sent twice is stored twice, and a read by id can
 * return either payload. Here, successive reads alternate between them.
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
