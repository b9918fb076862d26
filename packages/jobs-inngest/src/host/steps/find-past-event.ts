import { type AwaitedEvent, type EventMatch, matchesEvent } from '@cgk-platform/jobs-core/hosted'
import { type Clock, notUnderstood } from '@cgk-platform/jobs-core/provider'

import type { EngineApi } from '../../api/engine-api.ts'
import type { EngineEvent, EngineRun } from '../../api/engine-shapes.ts'
import { toRangeTimes } from '../../inspect/to-range-times.ts'
import { tenantOf } from '../../read/tenant-of.ts'
import { toAwaitedEvent } from '../../wire/awaited-event.ts'
import { toEnvelope } from '../../wire/to-envelope.ts'

/** The events for which a wait with `since` looks. */
export interface PastEventQuery {
  readonly event: string
  readonly tenantId: string
  readonly match: EventMatch | undefined
  /** Events that were sent from then on count, epoch milliseconds. */
  readonly since: number
  /** Events that were sent up to then count, epoch milliseconds. */
  readonly until: number
  /** Only events that Inngest received about then or later can be new, epoch milliseconds. */
  readonly receivedSince: number
  /** Returns true for an event that is not for this wait. */
  isTaken(event: Pick<AwaitedEvent, 'id' | 'sentAt'>): boolean
}

/** The earliest event that fits, and when the next delayed one is due, epoch milliseconds. */
export interface PastEvents {
  readonly event?: AwaitedEvent
  readonly dueAt?: number
}

/** Maximum number of earlier events of its name, of all tenants, that a wait with `since` reads. */
export const maxPastEvents = 2000
/** Maximum number of events in a response of Inngest. */
const pageSize = 50

/** Finds the earliest event in the history that fits. A cancelled one and one that is not due do not count. */
export async function findPastEvent(
  query: PastEventQuery,
  api: EngineApi,
  clock: Clock,
): Promise<PastEvents | 'too many'> {
  const events = await listEvents(query, api)
  if (events.length > maxPastEvents) return 'too many'
  const fitting = events.flatMap((event) => toCandidate(event, query) ?? [])
  const now = clock.now()
  const due = fitting.filter(({ runAt }) => runAt <= now)
  const later = fitting.filter(({ runAt }) => runAt > now).map(({ runAt }) => runAt)
  const dueAt = later.length > 0 && { dueAt: Math.min(...later) }
  for (const { id, awaited } of due.toSorted(bySend))
    if (!(await isCancelled(id, api))) return { event: awaited, ...dueAt }
  return { ...dueAt }
}

/** Lists the events of a name, of all tenants. Stops when there are too many. */
async function listEvents({ event, receivedSince }: PastEventQuery, api: EngineApi): Promise<EngineEvent[]> {
  const { from } = toRangeTimes({ since: receivedSince }, api.offsetMs())
  const found: EngineEvent[] = []
  let cursor: string | undefined
  do {
    const page = await api.get<{ data?: EngineEvent[] | null }>(`find events for a wait`, '/v1/events', {
      ...{ limit: pageSize, name: event, received_after: from, cursor },
      r: Math.random().toString(36).slice(2), // bypasses caches
    })
    const events = page?.data ?? []
    found.push(...events)
    cursor = events.length < pageSize ? undefined : events.at(-1)!.internal_id
  } while (cursor !== undefined && found.length <= maxPastEvents)
  return found
}

interface Candidate {
  readonly id: string
  readonly awaited: AwaitedEvent
  readonly runAt: number
}

function toCandidate(event: EngineEvent, query: PastEventQuery): Candidate | undefined {
  const id = event.internal_id
  const envelope = toEnvelope(event, id)
  const { sentAt, payload, runAt = sentAt } = envelope
  const awaited = toAwaitedEvent({ ...event, id: event.id ?? id })!
  const isInTime = query.since <= sentAt && sentAt <= query.until
  const isOurs = tenantOf(event) === query.tenantId && notUnderstood(envelope).length === 0
  if (!isInTime || !isOurs || query.isTaken({ id, sentAt }) || query.isTaken(awaited)) return undefined
  return matchesEvent(query.match, payload) ? { id, awaited, runAt } : undefined
}

function bySend(one: Candidate, other: Candidate): number {
  return one.awaited.sentAt - other.awaited.sentAt || (one.id < other.id ? -1 : 1)
}

async function isCancelled(eventId: string, api: EngineApi): Promise<boolean> {
  const runs = await api.list<EngineRun>(`read the runs of the job ${eventId}`, `/v2/events/${eventId}/runs`)
  return runs.length > 0 && runs.every(({ status }) => status === 'CANCELLED')
}
