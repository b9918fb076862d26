import type { WireEnvelope } from '@cgk-platform/jobs-core/hosted'
import type { Clock } from '@cgk-platform/jobs-core/provider'

/** The times of an event's run by the server's clock, in epoch milliseconds. */
export interface EventRunTimes {
  /** When the server received the event. Absent if it was sent earlier, as for a retried job. */
  readonly createdAt?: number | undefined
  /** Start of the current attempt, or earlier. */
  readonly attemptAt: number
}

/** Remembers events for which no workflow waited, so that a burst of them needs few requests. */
export interface QuietEvents {
  /** Returns true if no wait can be open that began before this event was sent. */
  isQuiet(envelope: WireEnvelope, times: EventRunTimes): boolean
  /** Starts a look for waits. Call the returned function if no workflow waits for the event. */
  look(envelope: WireEnvelope, times: EventRunTimes): () => void
}

/** A look that found no wait, by both clocks. */
interface Look {
  readonly attemptAt: number
  readonly at: number
}

/** Time between the begin of a wait and its token, in milliseconds. */
const tokenDelayMs = 500
const maxEvents = 1000

/**
 * Creates an empty memory for one process. A look answers for every event that was sent before it: a wait that begins
 * later does not count.
 */
export function createQuietEvents({ now }: Pick<Clock, 'now'>): QuietEvents {
  const looks = new Map<string, Look>()
  return {
    isQuiet(envelope, { createdAt = Number.POSITIVE_INFINITY }) {
      // A wait with `since` may have begun after the look. It finds other events itself, but no delayed one.
      if (envelope.runAt !== undefined) return false
      const last = looks.get(keyOf(envelope))
      if (!last) return false
      return createdAt + tokenDelayMs <= last.attemptAt && envelope.sentAt + tokenDelayMs <= last.at
    },
    look(envelope, { attemptAt }) {
      const at = now()
      return () => {
        const key = keyOf(envelope)
        looks.delete(key)
        looks.set(key, { attemptAt, at })
        const [oldest] = looks.keys()
        if (looks.size > maxEvents && oldest !== undefined) looks.delete(oldest)
      }
    },
  }
}

function keyOf({ event, tenantId }: WireEnvelope): string {
  return JSON.stringify([event, tenantId])
}
