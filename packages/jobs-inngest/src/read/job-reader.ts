import type { JobStatus } from '@cgk-platform/jobs-core'
import { JobNotVisibleError } from '@cgk-platform/jobs-core/errors'
import { createSharedReads, BoundedMap } from '@cgk-platform/jobs-core/hosted'
import { type Clock, elapsedOf, pause } from '@cgk-platform/jobs-core/provider'

import type { EngineApi } from '../api/engine-api.ts'
import type { EngineEvent, EngineRun } from '../api/engine-shapes.ts'
import { isEventId, timeOfId } from '../wire/event-id.ts'
import { jobRecordIn } from '../wire/inngest-event.ts'
import type { AcceptedJobs } from './accepted-jobs.ts'
import { currentRuns } from './current-runs.ts'
import type { EventHandlers } from './event-handlers.ts'
import { createRunTimeReader } from './run-times.ts'
import { readWorkflow } from './read-workflow.ts'
import { tenantOf } from './tenant-of.ts'
import { toJobStatus } from './to-job-status.ts'

/** Reads jobs, events and runs from Inngest. */
export interface JobReader {
  /**
   * Returns a job, or `undefined` if there is none. Waits up to 2 seconds for a new job to become visible.
   *
   * @param tenantId - its tenant. Of another tenant's job, only the event is read, and none is returned. Default: any
   * @throws {JobNotVisibleError} if the job can be new, or if Inngest accepted it and does not show it for minutes.
   */
  read(id: string, tenantId?: string): Promise<JobStatus | undefined>
  /** Returns true if a job is of another tenant. An unknown job is not. */
  isOfOther(id: string, tenantId: string): Promise<boolean>
  /**
   * Returns the job of an event that was already read; `undefined` if its runs are no longer stored.
   *
   * @param runs - its runs, oldest first
   */
  ofEvent(event: EngineEvent, runs: readonly EngineRun[]): Promise<JobStatus | undefined>
  /**
   * Returns the event of a job, or the job itself if Inngest accepted it from this process and does not show it yet.
   * `undefined` if there is no such job of the tenant. Waits up to 2 seconds for a new one.
   *
   * @param tenantId - as for `read`
   * @throws {JobNotVisibleError} as `read` does.
   */
  find(
    id: string,
    tenantId?: string,
  ): Promise<{ readonly event: EngineEvent } | { readonly accepted: JobStatus } | undefined>
  /** Returns an event without its payload, or `undefined` if there is none. */
  event(id: string): Promise<EngineEvent | undefined>
  /** Returns an event without its payload, or `undefined` if it is not visible until this elapsed time. */
  awaitEvent(id: string, until: number): Promise<EngineEvent | undefined>
  /** Returns the runs of a job, oldest first. */
  runs(id: string): Promise<EngineRun[]>
}

/** The services that a reader needs. */
export interface JobReaderDependencies {
  readonly api: EngineApi
  readonly clock: Clock
  readonly handlers: EventHandlers
  readonly accepted: AcceptedJobs
  readonly appId: string
}

/** Maximum wait for a new event: usually 200 ms, over a second after a burst. */
const visibleAfterMs = 2000
const firstPauseMs = 25
const maxPauseMs = 1000
/** Maximum age of an id whose event a loaded server may not show yet, or whose sender's clock is wrong. */
const recentMs = 300_000
/** Time after which an accepted event that is still not visible must be lost. */
const lostAfterMs = 300_000
const dayMs = 86_400_000
/** Usual TTLs of keys over a day. An id does not tell its TTL. */
const longTtlsMs = [7 * dayMs, 30 * dayMs]
const maxCached = 2000
const cachedMs = 300_000

/** Creates a reader that uses the engine's API. */
export function createJobReader({ api, clock, handlers, accepted, appId }: JobReaderDependencies): JobReader {
  const runTimes = createRunTimeReader(api)
  const share = createSharedReads()
  const events = new BoundedMap<string, { readonly event: EngineEvent; readonly readAt: number }>(maxCached)

  const event = async (id: string): Promise<EngineEvent | undefined> => {
    const known = events.get(id)
    if (known && clock.now() - known.readAt < cachedMs) return known.event
    // Inngest caches responses by URL, also 404s. A random parameter bypasses the cache.
    const r = Math.random().toString(36).slice(2)
    const read = () => api.get<{ data?: EngineEvent }>(`read the job ${id}`, `/v1/events/${id}`, { r })
    const answer = await share(`event ${id}`, read)
    if (!answer?.data) return undefined
    accepted.remove(id)
    const found = withoutPayload(answer.data)
    events.set(id, { event: found, readAt: clock.now() })
    return found
  }

  const awaitEvent = async (id: string, until: number): Promise<EngineEvent | undefined> => {
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, maxPauseMs)) {
      const found = await event(id)
      const leftMs = until - elapsedOf(clock)
      if (found || leftMs <= 0) return found
      await pause(clock, Math.min(pauseMs, leftMs))
    }
  }

  const runs = async (id: string): Promise<EngineRun[]> => {
    const query = { includeOutput: 'true', limit: 40 }
    const read = () => api.list<EngineRun>(`read the runs of the job ${id}`, `/v2/events/${id}/runs`, query)
    const found = await share(`runs ${id}`, read)
    // The id of a run contains the time at which it was queued.
    return currentRuns(found.toSorted((one, other) => (one.id < other.id ? -1 : 1)))
  }

  const ofEvent = async (of: EngineEvent, found: readonly EngineRun[]): Promise<JobStatus | undefined> => {
    const [subscribed, times, workflows] = await Promise.all([
      handlers.of(of, found),
      Promise.all(found.map((run) => runTimes.of(run))),
      Promise.all(found.map((run) => readWorkflow(run, api, clock))),
    ])
    if (handlers.isForgotten(of, found, subscribed)) return undefined
    const offsetMs = api.offsetMs()
    return toJobStatus({ event: of, runs: found, times, workflows, subscribed, appId, now: clock.now(), offsetMs })
  }

  const find: JobReader['find'] = async (id, tenantId) => {
    if (!isEventId(id)) return undefined
    const found = await awaitEvent(id, elapsedOf(clock) + visibleAfterMs)
    if (found) return tenantId === undefined || tenantOf(found) === tenantId ? { event: found } : undefined
    const sent = accepted.status(id)
    const idAgeMs = clock.now() + api.offsetMs() - timeOfId(id)!
    const acceptedAgeMs = accepted.ageMs(id)
    if (acceptedAgeMs !== undefined) {
      const isLost = acceptedAgeMs >= lostAfterMs
      if (sent && !isLost) return { accepted: sent }
      const knownSince = `Inngest accepted it ${Math.round(acceptedAgeMs / 1000)} s ago`
      throw invisible(id, isLost ? `${knownSince} and may have lost it` : knownSince)
    }
    if (Math.abs(idAgeMs) <= recentMs) throw invisible(id, `its id is ${Math.round(idAgeMs / 1000)} s old`)
    if (canBeRecentKey(id, idAgeMs)) throw invisible(id, 'it may be a recent job with an idempotency key')
    return undefined
  }

  return {
    event,
    runs,
    ofEvent,
    awaitEvent,
    find,
    async isOfOther(id, tenantId) {
      const found = isEventId(id) ? await event(id) : undefined
      return found !== undefined && tenantOf(found) !== tenantId
    },
    async read(id, tenantId) {
      const found = await find(id, tenantId)
      if (!found || 'accepted' in found) return found?.accepted
      // The runs are requested last, because a server that stores many runs responds slowly.
      return ofEvent(found.event, await runs(id))
    },
  }
}

function invisible(jobId: string, problem: string): JobNotVisibleError {
  return new JobNotVisibleError({ jobId, provider: 'inngest', problem })
}

/**
 * Returns true if an id can belong to a recent send with an idempotency key: its time is then the start of a TTL
 * period.
 */
function canBeRecentKey(id: string, ageMs: number): boolean {
  const isIn = (ttlMs: number, periodMs = ttlMs): boolean =>
    ageMs >= 0 && ageMs < ttlMs + recentMs && timeOfId(id)! % periodMs === 0
  return isIn(dayMs, 1000) || longTtlsMs.some((ttlMs) => isIn(ttlMs))
}

/** Keeps the members that a status needs: the payload can be large. */
function withoutPayload(event: EngineEvent): EngineEvent {
  const { tenantId } = (event.data ?? {}) as { readonly tenantId?: unknown }
  const { reserved: _, ...record } = jobRecordIn(event.data) ?? {}
  return {
    ...event,
    data: { ...(tenantId !== undefined && { tenantId }), ...('v' in record && { _job: record }) },
  }
}
