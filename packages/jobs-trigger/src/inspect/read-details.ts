import type { JobDetails, JobStatus, RunDetails } from '@cgk-platform/jobs-core'
import { type Clock, type JobRegistry, pause } from '@cgk-platform/jobs-core/provider'

import type { EngineRun } from '../api/engine-shapes.ts'
import type { TriggerApi } from '../api/trigger-api.ts'
import { eventPayloadOf, type EventRuns } from '../read/event-runs.ts'
import { isSettled } from '../read/is-settled.ts'
import { isJob, isRunId } from '../read/job-runs.ts'
import { toJobStatus } from '../read/to-job-status.ts'
import { jobTagOf, retryRunIds } from '../wire/tags.ts'
import { readWorkflowRecord } from '../wire/workflow-metadata.ts'
import { attemptHistoryOf } from './attempt-history.ts'
import { groupRuns } from './group-runs.ts'
import { maxPageSize } from './list-request.ts'

/** The services that a read needs. */
export interface DetailsDependencies {
  readonly api: TriggerApi
  readonly clock: Clock
  /** The definitions known here, or `undefined` if there are none. */
  readonly jobs: JobRegistry | undefined
}

/** Pause before looking again for a run that is not visible yet, or whose metadata is not complete yet. */
const secondLookMs = 100

/** Reads everything about a job with at most two requests. */
export async function readDetails(id: string, dependencies: DetailsDependencies): Promise<JobDetails | undefined> {
  const eventRuns = isRunId(id) ? await readRuns(id, dependencies) : undefined
  if (!eventRuns) return undefined
  const { payload, idempotencyKey } = eventPayloadOf(eventRuns[0].run).envelope
  const status = toJobStatus(eventRuns, { jobs: dependencies.jobs })
  const engineRuns = new Map(eventRuns.flatMap(({ run, children }) => [run, ...children]).map((run) => [run.id, run]))
  const children = [...engineRuns.values()].flatMap(sentByWorkflow)
  return {
    ...status,
    payload,
    ...(idempotencyKey !== undefined && { idempotencyKey }),
    runs: withRetryLinks(status).map((run) => ({ ...run, ...attemptHistoryOf(engineRuns.get(run.id)!, run) })),
    ...(children.length > 0 && { children }),
  }
}

async function readRuns(id: string, { api, clock }: DetailsDependencies): Promise<EventRuns | undefined> {
  const read = (runId: string) => api.retrieve(`read the run ${runId}`, runId)
  let root = await read(id)
  const isSecondLook = !root || !isSettled(root)
  if (isSecondLook) {
    await pause(clock, secondLookMs)
    root = await read(id)
  }
  if (!root || !isJob(root)) return undefined
  const tag = jobTagOf(id)
  const listed = { runs: root.relatedRuns?.children ?? [], readAt: root.readAt }
  if (isSecondLook) return groupRuns(root, listed)
  if (retryRunIds(root.tags).length > 0) {
    const page = await api.list(`list the runs of the job ${id}`, { tag, from: root.createdAt, limit: maxPageSize })
    return groupRuns(root, page)
  }
  const grouped = groupRuns(root, listed)
  const [only, ...others] = grouped[0].children
  if (!only || others.length > 0) return grouped
  const child = await read(only.id)
  return child ? [{ run: root, children: [child] }] : grouped
}

/** Adds to each run of a manual retry the id of the run that it retries. A list does not tell. */
function withRetryLinks({ runs }: JobStatus): RunDetails[] {
  return runs.map((run, index) => {
    const retryOf = run.retryOf ?? runs.slice(0, index).findLast((one) => one.definitionId === run.definitionId)?.id
    return { ...run, ...(retryOf !== undefined && { retryOf }) }
  })
}

/** Returns the ids of the jobs that the steps of a workflow's run sent. */
function sentByWorkflow({ metadata }: EngineRun): string[] {
  return (readWorkflowRecord(metadata)?.steps ?? []).flatMap(({ kind, jobId, output }) => {
    if (kind === 'runJob') return jobId ?? []
    const { id } = (kind === 'sendEvent' ? (output ?? {}) : {}) as { id?: unknown }
    return typeof id === 'string' ? id : []
  })
}
