import type { EngineApi } from '../api/engine-api.ts'
import type { EngineEvent } from '../api/engine-shapes.ts'
import { earliestEvent } from '../read/earliest-event.ts'
import type { JobReader } from '../read/job-reader.ts'
import { isEventId, nextId } from '../wire/event-id.ts'

/** Maximum number of events in a response of Inngest. */
const pageSize = 50
/** Minimum number of events that a page must have of those wanted. Otherwise each is read by its id. */
const minUseful = 5

/**
 * Reads events by their ids. Those that are close to each other come in pages of the list of events, the others one by
 * one. An id without an event has no entry.
 */
export async function readEventsOf(
  ids: readonly string[],
  api: EngineApi,
  reader: Pick<JobReader, 'event'>,
): Promise<ReadonlyMap<string, EngineEvent>> {
  const found = new Map<string, EngineEvent>()
  let wanted = [...new Set(ids)].filter(isEventId).toSorted().toReversed()
  while (wanted.length >= minUseful) {
    const page = await api.get<{ data?: EngineEvent[] | null }>('list the jobs', '/v1/events', {
      ...{ limit: pageSize, cursor: nextId(wanted[0]!), received_after: earliestEvent },
    })
    const events = page?.data ?? []
    for (const event of events) if (wanted.includes(event.internal_id)) found.set(event.internal_id, event)
    const lowest = events.length < pageSize ? '' : events.at(-1)!.internal_id
    const left = wanted.filter((id) => id < lowest)
    const isUseful = wanted.length - left.length >= minUseful
    wanted = left
    if (!isUseful) break
  }
  await Promise.all(
    wanted.map(async (id) => {
      const event = await reader.event(id)
      if (event) found.set(id, event)
    }),
  )
  return found
}
