import type { EngineApi } from '../api/engine-api.ts'
import type { EngineEvent, EnginePage, EngineRun } from '../api/engine-shapes.ts'
import { receivedAtOf, runLagMs } from '../read/missing-runs.ts'
import { timeOfId } from '../wire/event-id.ts'
import type { RunsMode } from './list-cursor.ts'

/** The runs of an event, oldest first, or why one request does not tell them all. */
export type KnownRuns = readonly EngineRun[] | 'not covered' | 'possibly retried'

/** Maximum number of runs in a response of Inngest. */
const maxRuns = 100
/** Maximum number of an event's runs in a response of Inngest. */
const maxEventRuns = 40
/** Maximum difference of the clocks of Inngest's servers. */
const marginMs = 250
/** Maximum time between the runs of one event. */
const spreadMs = 4000
/** Time after an event in which its first run must be queued for one request to tell all its runs. */
const firstRunMs = 2000

/**
 * Reads the runs of a page's events with one request, and returns a function that returns those of an event. Inngest
 * has no request for the runs of several events, so this reads runs by the time at which they were queued.
 *
 * @param events - at least one
 */
export async function readRunsOfPage(
  events: readonly EngineEvent[],
  mode: RunsMode,
  api: EngineApi,
): Promise<(event: EngineEvent) => KnownRuns> {
  const [first] = events as [EngineEvent]
  if (mode === 'single') {
    const query = { includeOutput: 'true', limit: maxEventRuns }
    const path = `/v2/events/${first.internal_id}/runs`
    const runs = oldestFirst((await api.get<EnginePage<EngineRun>>(operation, path, query))?.data ?? [])
    return (event) => (event === first ? runs : 'not covered')
  }
  const until = mode === 'past' ? receivedAtOf(first) + firstRunMs + spreadMs : Infinity
  const page = await api.get<EnginePage<EngineRun>>(operation, '/v2/runs', {
    includeOutput: 'true',
    limit: maxRuns,
    from: new Date(Math.max(0, Math.min(...events.map(receivedAtOf)) - marginMs)).toISOString(),
    until: until === Infinity ? undefined : new Date(until).toISOString(),
  })
  const listed = oldestFirst(page?.data ?? [])
  // The response has the newest runs of its time range.
  const since = page?.page?.hasMore && listed[0] ? queuedAtOf(listed[0]) : -Infinity
  const byEvent = new Map<string, EngineRun[]>()
  for (const run of listed) {
    for (const id of run.trigger?.eventIds ?? []) byEvent.set(id, [...(byEvent.get(id) ?? []), run])
  }

  return (event) => {
    const runs = byEvent.get(event.internal_id) ?? []
    const receivedAt = receivedAtOf(event)
    const lastRunBy = runs[0] ? queuedAtOf(runs[0]) + spreadMs : receivedAt + runLagMs
    if (receivedAt - marginMs <= since || lastRunBy > until) return 'not covered'
    return until < Infinity && runs.some(isLastFailure) ? 'possibly retried' : runs
  }
}

const operation = 'list the runs'

/** Returns true for a failed run that no later one of the list retries. */
function isLastFailure(
  { status, app, function: { id } }: EngineRun,
  index: number,
  runs: readonly EngineRun[],
): boolean {
  const isRetried = () => runs.slice(index + 1).some((run) => run.function.id === id && run.app.id === app.id)
  return status === 'FAILED' && !isRetried()
}

function oldestFirst(runs: readonly EngineRun[]): EngineRun[] {
  return runs.toSorted((one, other) => (one.id < other.id ? -1 : 1))
}

/** Returns when a run was queued, epoch milliseconds: its id contains the time. */
function queuedAtOf({ id, queuedAt }: EngineRun): number {
  return timeOfId(id) ?? Date.parse(queuedAt)
}
