import type { JobStatus } from '@cgk-platform/jobs-core'
import { type Clock, pause } from '@cgk-platform/jobs-core/provider'

import type { EngineApi } from '../api/engine-api.ts'
import type { EngineEvent, EngineRun } from '../api/engine-shapes.ts'
import { isEventId } from '../wire/event-id.ts'
import { receivedAtOf } from './missing-runs.ts'
import { createRunTimeReader } from './run-times.ts'
import type { Subscriptions } from './subscriptions.ts'
import { readWorkflow } from './read-workflow.ts'
import { toJobStatus } from './to-job-status.ts'

/** Reads jobs, events and runs from Inngest. */
export interface JobReader {
  /** Returns a job, or `undefined` if there is none. Waits up to 2 seconds for a new job to become visible. */
  read(id: string): Promise<JobStatus | undefined>
  /** Returns the job of an event that was already read. */
  ofEvent(event: EngineEvent): Promise<JobStatus>
  /** Returns an event, or `undefined` if there is none. */
  event(id: string): Promise<EngineEvent | undefined>
  /** Returns the time since the engine received an event, milliseconds. */
  ageMs(event: EngineEvent): number
  /** Returns the runs of a job, oldest first. */
  runs(id: string): Promise<EngineRun[]>
}

/** The services that a reader needs. */
export interface JobReaderDependencies {
  readonly api: EngineApi
  readonly clock: Clock
  readonly subscriptions: Subscriptions
  readonly appId: string
}

/** Maximum time until a new event is visible: usually 200 ms, over a second after a burst. */
const visibleAfterMs = 2000

/** Creates a reader that uses the engine's API. */
export function createJobReader({ api, clock, subscriptions, appId }: JobReaderDependencies): JobReader {
  const runTimes = createRunTimeReader(api)

  const event = async (id: string): Promise<EngineEvent | undefined> => {
    // Inngest caches responses by URL, also 404s. A random parameter bypasses the cache.
    const r = Math.random().toString(36).slice(2)
    return (await api.get<{ data?: EngineEvent }>(`read the job ${id}`, `/v1/events/${id}`, { r }))?.data ?? undefined
  }

  const runs = async (id: string): Promise<EngineRun[]> => {
    const query = { includeOutput: 'true', limit: 40 }
    const found = await api.list<EngineRun>(`read the runs of the job ${id}`, `/v2/events/${id}/runs`, query)
    // The id of a run contains the time at which it was queued.
    return found.toSorted((one, other) => (one.id < other.id ? -1 : 1))
  }

  const ageMs = (of: EngineEvent): number => clock.now() + api.offsetMs() - receivedAtOf(of)

  const toStatus = async (of: EngineEvent, found: readonly EngineRun[]): Promise<JobStatus> => {
    const [subscribed, times, workflows] = await Promise.all([
      subscriptions.of(of.name, ageMs(of)),
      Promise.all(found.map((run) => runTimes.of(run))),
      Promise.all(found.map((run) => readWorkflow(run, api, clock))),
    ])
    const offsetMs = api.offsetMs()
    return toJobStatus({ event: of, runs: found, times, workflows, subscribed, appId, now: clock.now(), offsetMs })
  }

  return {
    event,
    ageMs,
    runs,
    ofEvent: async (of) => toStatus(of, await runs(of.internal_id)),
    async read(id) {
      if (!isEventId(id)) return undefined
      const until = clock.now() + visibleAfterMs
      for (let pauseMs = 25; ; pauseMs *= 2) {
        const [found, runsOfJob] = await Promise.all([event(id), runs(id)])
        if (found) return toStatus(found, runsOfJob)
        const leftMs = until - clock.now()
        if (leftMs <= 0) return undefined
        await pause(clock, Math.min(pauseMs, leftMs))
      }
    },
  }
}
