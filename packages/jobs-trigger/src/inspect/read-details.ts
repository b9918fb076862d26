import type { JobStatus } from '@cgk-platform/jobs-core'
import type { JobDetails, RunDetails } from '@cgk-platform/jobs-core/inspect'
import { type Clock, type JobRegistry, pause, sentDetailsOf } from '@cgk-platform/jobs-core/provider'

import type { EngineRun } from '../api/engine-shapes.ts'
import type { TriggerApi } from '../api/trigger-api.ts'
import { eventPayloadOf, type EventRun, type EventRuns } from '../read/event-runs.ts'
import { isJob, isRunId, isRunOf } from '../read/job-runs.ts'
import { isRestarted, newestOf } from '../read/newest-run.ts'
import { toJobStatus } from '../read/to-job-status.ts'
import { retryRunIds } from '../wire/tags.ts'
import { readWorkflowRecord } from '../wire/workflow-metadata.ts'
import { attemptHistoryOf } from './attempt-history.ts'
import { withStarted } from './group-runs.ts'
import { isSettling } from './is-settling.ts'

/** The services that a read needs. */
export interface DetailsDependencies {
  readonly api: TriggerApi
  readonly clock: Clock
  /** The definitions known here, or `undefined` if there are none. */
  readonly jobs: JobRegistry | undefined
}

/** Pause before looking again for a run that is not visible yet, or whose metadata is not complete yet. */
const secondLookMs = 100

/**
 * Reads everything about a job with at most two requests, and one more for each `retryJob` after the first.
 *
 * @param tenantId - its tenant. Of another tenant's job, only the first run is read, and none is returned. Default: any
 */
export async function readDetails(
  id: string,
  dependencies: DetailsDependencies,
  tenantId?: string,
): Promise<JobDetails | undefined> {
  const eventRuns = isRunId(id) ? await readRuns(id, dependencies, tenantId) : undefined
  if (!eventRuns) return undefined
  const status = toJobStatus(eventRuns, { jobs: dependencies.jobs })
  const engineRuns = new Map(eventRuns.flatMap(({ run, children }) => [run, ...children]).map((run) => [run.id, run]))
  const children = [...engineRuns.values()].flatMap(sentByWorkflow)
  return {
    ...status,
    ...sentDetailsOf(eventPayloadOf(eventRuns[0].run).envelope),
    runs: withRetryLinks(status).map((run) => ({ ...run, ...attemptHistoryOf(engineRuns.get(run.id)!, run) })),
    ...(children.length > 0 && { children }),
  }
}

async function readRuns(
  id: string,
  { api, clock }: DetailsDependencies,
  tenantId: string | undefined,
): Promise<EventRuns | undefined> {
  const read = (runId: string) => api.retrieve(`read the run ${runId}`, runId)
  let root = await read(id)
  const isSecondLook = !root || isSettling(root, root.readAt)
  if (isSecondLook) {
    await pause(clock, secondLookMs)
    root = await read(id)
  }
  if (!root || !isJob(root, tenantId)) return undefined
  const first = startedBy(root)
  const [only, ...others] = first.children
  if (only && others.length === 0 && !isSecondLook && retryRunIds(root.tags).length === 0) {
    const child = await read(only.id)
    return [{ run: root, children: [await newestOf(child ?? only, api, read)] }]
  }
  const seen = new Set([id])
  const retries: EventRun[] = []
  for (let run = await retryOf(root); run; run = await retryOf(run)) retries.push(startedBy(run))
  const [continued, ...rest] = await Promise.all([first, ...retries].map(withRestarts))
  return [continued!, ...rest]

  async function withRestarts({ run, children }: EventRun): Promise<EventRun> {
    const restarted = isRestarted(run) ? [...children, run] : children
    return { run, children: await Promise.all(restarted.map((one) => newestOf(one, api, read))) }
  }

  /** Returns the retry that a run's tags link to. Skips links that a replayed run has copied from another job. */
  async function retryOf({ tags }: EngineRun): Promise<EngineRun | undefined> {
    for (const runId of retryRunIds(tags)) {
      if (seen.has(runId) || !isRunId(runId)) continue
      seen.add(runId)
      const run = await read(runId)
      if (run && eventPayloadOf(run).retry?.jobId === id) return run
    }
    return undefined
  }

  function startedBy(run: EngineRun): EventRun {
    return withStarted(run, {
      runs: (run.relatedRuns?.children ?? []).filter((one) => isRunOf(one, id)),
      readAt: run.readAt,
    })
  }
}

/** Adds to each run of a manual retry the id of the run that it retries, which is only in its payload. */
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
