import type { JobStatus } from '@cgk-platform/jobs-core'
import { type Clock, type JobRegistry, pause } from '@cgk-platform/jobs-core/provider'
import { mapWithConcurrency } from '@cgk-platform/jobs-core/hosted'

import type { EngineRun } from '../api/engine-shapes.ts'
import type { TriggerApi } from '../api/trigger-api.ts'
import { readRecord } from '../wire/run-record.ts'
import { retryRunIds } from '../wire/tags.ts'
import { jobTaskId } from '../wire/task-id.ts'
import { isSettled } from './is-settled.ts'
import { eventPayloadOf, type EventRun, type EventRuns } from './event-runs.ts'
import { byAge, isJob, isRunId, isRunOf, notVisibleYet } from './job-runs.ts'
import { isRestarted, newestOf } from './newest-run.ts'
import { toJobStatus } from './to-job-status.ts'

/** Reads jobs and their runs. */
export interface JobReader {
  /**
   * Returns the status of a job, or `undefined` if there is none.
   *
   * @param tenantId - its tenant. Of another tenant's job, only the first run is read, and none is returned. Default: any
   * @throws {RequestFailedError}
   */
  read(id: string, tenantId?: string): Promise<JobStatus | undefined>
  /** Returns the runs of a job, or `undefined` if there is none. @param tenantId - as above. @throws {RequestFailedError} */
  eventRuns(id: string, tenantId?: string): Promise<EventRuns | undefined>
  /** Returns one run, after a short wait for its metadata if it has just ended. @throws {RequestFailedError} */
  run(runId: string): Promise<EngineRun | undefined>
  /** Converts runs that were read before to a status. */
  toStatus(eventRuns: EventRuns): JobStatus
}

/** The services that a job reader needs. */
export interface JobReaderDependencies {
  readonly api: TriggerApi
  readonly clock: Clock
  /** Returns the definitions known here, or `undefined` if there are none. */
  readonly jobs: () => JobRegistry | undefined
}

/** Pauses before looking again for a run that is not visible yet. Reads come from a database replica that may lag. */
const visibilityPausesMs = [50, 150]
/** Pauses before reading an ended run again whose metadata is not complete yet. */
const settlePausesMs = [30, 60, 120, 240, 480]

/** Creates a job reader on the Trigger.dev API. */
export function createJobReader({ api, clock, jobs }: JobReaderDependencies): JobReader {
  const request = (runId: string): Promise<EngineRun | undefined> => api.retrieve(`read the run ${runId}`, runId)

  const retrieveSettled = async (runId: string): Promise<EngineRun | undefined> => {
    let run = await request(runId)
    for (const pauseMs of settlePausesMs) {
      if (!run || isSettled(run)) return run
      await pause(clock, pauseMs)
      run = await request(runId)
    }
    return run
  }

  const retrieve = async (runId: string): Promise<EngineRun | undefined> => {
    for (const pauseMs of visibilityPausesMs) {
      const run = await retrieveSettled(runId)
      if (run) return run
      await pause(clock, pauseMs)
    }
    return retrieveSettled(runId)
  }

  /**
   * Adds the runs that an event's run started: those that Trigger.dev lists as its children, and those that its host
   * recorded.
   */
  const toEventRun = async (run: EngineRun, jobId: string): Promise<EventRun> => {
    const record = readRecord(run.metadata)
    const listed = (run.relatedRuns?.children ?? []).filter((child) => isRunOf(child, jobId))
    const recorded = record && 'dispatched' in record ? Object.entries(record.dispatched) : []
    const tasks = new Map([
      ...listed.map(({ id, taskIdentifier }) => [id, taskIdentifier] as const),
      ...recorded.map(([definitionId, id]) => [id, jobTaskId(definitionId)] as const),
    ])
    const children = await mapWithConcurrency([...tasks], async ([id, taskId]) => {
      return newestOf((await retrieve(id)) ?? notVisibleYet(id, taskId, run), api, retrieve)
    })
    if (isRestarted(run)) children.push(await newestOf(run, api, retrieve))
    return { run, children: children.toSorted(byAge) }
  }

  /** Returns the retry that a run's tags link to. Skips links that a replayed run has copied from another job. */
  const retryOf = async ({ tags }: EngineRun, jobId: string, seen: Set<string>): Promise<EngineRun | undefined> => {
    for (const id of retryRunIds(tags)) {
      if (seen.has(id) || !isRunId(id)) continue
      seen.add(id)
      const run = await retrieve(id)
      if (run && eventPayloadOf(run).retry?.jobId === jobId) return run
    }
    return undefined
  }

  const eventRuns = async (id: string, tenantId?: string): Promise<EventRuns | undefined> => {
    const root = isRunId(id) ? await retrieve(id) : undefined
    if (!root || !isJob(root, tenantId)) return undefined
    const found: [EventRun, ...EventRun[]] = [await toEventRun(root, id)]
    const seen = new Set([id])
    for (let run = await retryOf(root, id, seen); run; run = await retryOf(run, id, seen)) {
      found.push(await toEventRun(run, id))
    }
    return found
  }

  const toStatus = (runs: EventRuns): JobStatus => toJobStatus(runs, { jobs: jobs() })

  return {
    eventRuns,
    run: retrieve,
    toStatus,
    async read(id, tenantId) {
      const found = await eventRuns(id, tenantId)
      return found && toStatus(found)
    },
  }
}
