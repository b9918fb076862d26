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

/** Reads jobs back. */
export interface JobReader {
  /** The job of an id, or `undefined` where there is none. One just sent is waited for until it is visible. */
  read(id: string): Promise<JobStatus | undefined>
  /** The job of an event that was read already. */
  ofEvent(event: EngineEvent): Promise<JobStatus>
  event(id: string): Promise<EngineEvent | undefined>
  /** For how long the engine has had an event, milliseconds. */
  ageMs(event: EngineEvent): number
  /** Oldest first. */
  runs(id: string): Promise<EngineRun[]>
}

/** What a reader stands on. */
export interface ReaderParts {
  readonly api: EngineApi
  readonly clock: Clock
  readonly subscriptions: Subscriptions
  readonly appId: string
}

/** How long a new event may take until it is visible: 200 ms as a rule, over a second after a burst. */
const visibleAfterMs = 2000

/** A reader over the API of the engine. */
export function createJobReader({ api, clock, subscriptions, appId }: ReaderParts): JobReader {
  const runTimes = createRunTimeReader(api)

  const event = async (id: string): Promise<EngineEvent | undefined> => {
    // Its answers are cached by their address, also that there is no such event: a word never asked before avoids it.
    const r = Math.random().toString(36).slice(2)
    return (await api.get<{ data?: EngineEvent }>(`for the job ${id}`, `/v1/events/${id}`, { r }))?.data ?? undefined
  }

  const runs = async (id: string): Promise<EngineRun[]> => {
    const query = { includeOutput: 'true', limit: 40 }
    const found = await api.list<EngineRun>(`for the runs of the job ${id}`, `/v2/events/${id}/runs`, query)
    // The id of a run tells when it was queued.
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
        const [found, itsRuns] = await Promise.all([event(id), runs(id)])
        if (found) return toStatus(found, itsRuns)
        const leftMs = until - clock.now()
        if (leftMs <= 0) return undefined
        await pause(clock, Math.min(pauseMs, leftMs))
      }
    },
  }
}
