import type { Clock } from '@cgk-platform/jobs-core/provider'
import { isUlid } from './event-ids.ts'
import type { EventStore } from './event-store.ts'
import { type HttpReply, jsonReply } from './http-messages.ts'
import type { Route } from './routes.ts'
import { type Finish, isEnded, type Run } from './run.ts'
import type { RunLifecycle } from './run-lifecycle.ts'
import type { RunStore } from './run-store.ts'
import { tracedStatus } from './run-views.ts'
import type { StoredEvent } from './stored-event.ts'
import { parseInstant, toTimestamp } from './timestamps.ts'
import { withV1Cache } from './v1-cache.ts'

const nil = '00000000-0000-0000-0000-000000000000'
const environment = '00000000-0000-4000-b000-000000000000'
const defaultEvents = 20
const maxEvents = 51
/** Without `received_after`, the list goes back one hour (`WorkspaceEventsOpts.Validate` in pkg/cqrs/events.go). */
const defaultRangeMs = 3_600_000
const cacheSeconds = { event: 5, eventRuns: 15, run: 3 }

/** Creates the routes of REST v1 (pkg/api/apiv1). */
export function createRestV1(options: {
  readonly clock: Clock
  readonly events: EventStore
  readonly runs: RunStore
  readonly lifecycle: Pick<RunLifecycle, 'cancel'>
}): Route[] {
  const { clock, events, runs, lifecycle } = options

  const answer = (data: unknown, keepSeconds = 0): HttpReply => {
    const now = clock.now()
    const metadata = {
      fetched_at: toTimestamp(now),
      ...(keepSeconds > 0 && { cached_until: toTimestamp(now + keepSeconds * 1000) }),
    }
    const cache = keepSeconds > 0 ? { 'cache-control': `private, max-age=${keepSeconds}` } : {}
    return jsonReply(200, { data, metadata }, cache as Record<string, string>)
  }
  const refuse = (status: number, error: string): HttpReply => jsonReply(status, { error, data: null, status })

  return withV1Cache(clock, [
    {
      method: 'GET',
      pattern: '/v1/events',
      handle({ query }) {
        const cursor = query.get('cursor')
        if (cursor && !isUlid(cursor)) return refuse(400, 'Invalid cursor query parameter')
        const [newest, oldest] = [query.get('received_before'), query.get('received_after')]
        const defaultOldest = clock.now() - defaultRangeMs
        const bounds = {
          newest: newest ? parseInstant(newest) : clock.now(),
          oldest: oldest ? parseInstant(oldest) : defaultOldest,
        }
        const { newest: until, oldest: since } = bounds
        if (until === undefined || since === undefined) return refuse(400, 'Invalid received_after query parameter')
        const name = query.get('name')
        const limit = Math.min(Math.max(Number.parseInt(query.get('limit') ?? '', 10) || defaultEvents, 1), maxEvents)
        const found = events.list().filter(
          ({ internalId, event, receivedAtMs }) =>
            (!cursor || internalId < cursor) &&
            (!name || event.name === name) &&
            !event.name.startsWith('inngest/') && // even if requested by name
            receivedAtMs >= since &&
            receivedAtMs <= until,
        )
        return answer(found.slice(0, limit).map(toEvent))
      },
    },
    {
      method: 'GET',
      pattern: '/v1/events/{event}',
      handle({ params: { event: id = '' } }) {
        if (!isUlid(id)) return refuse(400, `Invalid event ID: ${id}`)
        const event = events.find(id)
        return event ? answer(toEvent(event), cacheSeconds.event) : refuse(404, 'Event not found')
      },
    },
    {
      method: 'GET',
      pattern: '/v1/events/{event}/runs',
      handle({ params: { event: id = '' } }) {
        if (!isUlid(id)) return refuse(400, `Invalid event ID: ${id}`)
        const rows = runs.ofEvent(id).flatMap((run) => {
          const status = toWord(tracedStatus(run))
          const ends = isEnded(run.status) ? run.finishes : [undefined] // a late result makes a second row
          return ends.map((end) => toRun(run, status, end, nil))
        })
        return answer(rows, cacheSeconds.eventRuns)
      },
    },
    {
      method: 'GET',
      pattern: '/v1/runs/{run}',
      handle({ params: { run: id = '' } }) {
        if (!isUlid(id)) return refuse(400, `Invalid run ID: ${id}`)
        const run = runs.find(id)
        if (!run) return refuse(500, `Unable to load function run: ${id}`)
        const end = isEnded(run.status) ? run.finishes[0] : undefined
        return answer(toRun(run, end ? toWord(end.status) : 'Running', end, environment), cacheSeconds.run)
      },
    },
    {
      method: 'DELETE',
      pattern: '/v1/runs/{run}',
      handle({ params: { run: id = '' } }) {
        if (!isUlid(id)) return refuse(400, `Invalid run ID: ${id}`)
        const run = runs.find(id)
        if (!run) return refuse(404, `Unable to load function run: ${id}`)
        lifecycle.cancel(run)
        return { status: 200, headers: { 'content-type': 'application/json' } }
      },
    },
  ])
}

function toEvent({ internalId, event, receivedAtMs }: StoredEvent): object {
  return {
    internal_id: internalId,
    account_id: nil,
    environment_id: nil,
    source: '',
    source_id: null,
    received_at: toTimestamp(receivedAtMs),
    id: event.id,
    name: event.name,
    data: event.data,
    ...(event.user && Object.keys(event.user).length > 0 && { user: event.user }),
    ts: event.ts,
    ...(event.v && { v: event.v }),
  }
}

function toRun(run: Run, status: string, end: Finish | undefined, environmentId: string): object {
  return {
    run_id: run.id,
    run_started_at: toTimestamp(run.queuedAtMs),
    function_id: run.functionId,
    function_version: 0,
    environment_id: environmentId,
    event_id: run.events[0]!.internalId,
    ...(run.originalRunId && { original_run_id: run.originalRunId }),
    status,
    ended_at: end ? toTimestamp(end.atMs) : null,
    ...(end && { output: outputOf(end) }),
  }
}

/** Returns the output of a run: v1 stores only that of failures. */
function outputOf({ status, output }: Finish): unknown {
  if (status === 'CANCELLED') return {}
  return output && 'error' in output ? output.error : ''
}

function toWord(status: Run['status']): string {
  return status === 'QUEUED' ? 'Scheduled' : status[0]! + status.slice(1).toLowerCase()
}
