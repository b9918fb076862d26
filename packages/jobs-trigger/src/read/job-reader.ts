import type { JobStatus } from '@cgk-platform/jobs-core'
import { type Clock, type JobRegistry, mapWithConcurrency, pause } from '@cgk-platform/jobs-core/provider'

import type { EngineRun, ListedRun } from '../api/engine-shapes.ts'
import type { TriggerApi } from '../api/trigger-api.ts'
import { readRecord } from '../wire/run-record.ts'
import { jobTagOf, retriedBy } from '../wire/tags.ts'
import { definitionOfTask, eventOfTask, jobTaskId } from '../wire/task-id.ts'
import { isSettled } from './is-settled.ts'
import { askedOf, type JobLink, type JobLinks } from './job-facts.ts'
import { toJobStatus } from './to-job-status.ts'

/** Reads jobs back. */
export interface JobReader {
  /** The job of an id, or `undefined` where there is none. @throws {RequestFailedError} */
  read(id: string): Promise<JobStatus | undefined>
  /** What it is made of. @throws {RequestFailedError} */
  links(id: string): Promise<JobLinks | undefined>
  /** A single run, once everything can be read of it that is to be known. @throws {RequestFailedError} */
  run(runId: string): Promise<EngineRun | undefined>
  /** A job that was read already. */
  toStatus(links: JobLinks): JobStatus
}

/** What a reader stands on. */
export interface ReaderParts {
  readonly api: TriggerApi
  readonly clock: Clock
  /** The definitions known here, where there are any. */
  readonly jobs: () => JobRegistry | undefined
}

/** Reads are answered by a copy of the database that may be behind: a run just made may take so long to be there. */
const askedAgainAfterMs = [50, 150]
/** And what an ended run's host told of it so long. */
const settledAfterMs = [30, 60, 120, 240, 480]
/** A reader over the API of Trigger.dev. */
export function createJobReader({ api, clock, jobs }: ReaderParts): JobReader {
  const ask = (runId: string): Promise<EngineRun | undefined> => api.retrieve(`read the run ${runId}`, runId)

  const retrieve = async (runId: string): Promise<EngineRun | undefined> => {
    let run = await ask(runId)
    for (const pauseMs of settledAfterMs) {
      if (!run || isSettled(run)) return run
      await pause(clock, pauseMs)
      run = await ask(runId)
    }
    return run
  }

  const retrieveSoon = async (runId: string): Promise<EngineRun | undefined> => {
    for (const pauseMs of askedAgainAfterMs) {
      const run = await retrieve(runId)
      if (run) return run
      await pause(clock, pauseMs)
    }
    return retrieve(runId)
  }

  /** With the runs that it made: those that Trigger.dev shows by it, and those that its host told of. */
  const toLink = async (run: EngineRun, jobId: string): Promise<JobLink> => {
    const record = readRecord(run.metadata)
    const shown = (run.relatedRuns?.children ?? []).filter((child) => isRunOf(child, jobId))
    const told = record && 'dispatched' in record ? Object.entries(record.dispatched) : []
    const tasks = new Map([
      ...shown.map(({ id, taskIdentifier }) => [id, taskIdentifier] as const),
      ...told.map(([definitionId, id]) => [id, jobTaskId(definitionId)] as const),
    ])
    const children = await mapWithConcurrency([...tasks], async ([id, taskId]) => {
      return (await retrieveSoon(id)) ?? unseen(id, taskId, run)
    })
    return { run, children: children.toSorted(byAge) }
  }

  /** The retry that a run's tags lead to. Those that a replay was made with lead to another job's. */
  const retryOf = async ({ tags }: EngineRun, jobId: string, seen: Set<string>): Promise<EngineRun | undefined> => {
    for (const id of retriedBy(tags)) {
      if (seen.has(id) || !isRunId(id)) continue
      seen.add(id)
      const run = await retrieveSoon(id)
      if (run && askedOf(run).retry?.jobId === jobId) return run
    }
    return undefined
  }

  const links = async (id: string): Promise<JobLinks | undefined> => {
    const root = isRunId(id) ? await retrieveSoon(id) : undefined
    if (!root || !isJob(root)) return undefined
    const found: [JobLink, ...JobLink[]] = [await toLink(root, id)]
    const seen = new Set([id])
    for (let run = await retryOf(root, id, seen); run; run = await retryOf(run, id, seen)) {
      found.push(await toLink(run, id))
    }
    return found
  }

  const toStatus = (of: JobLinks): JobStatus => toJobStatus(of, jobs())

  return {
    links,
    run: retrieveSoon,
    toStatus,
    async read(id) {
      const found = await links(id)
      return found && toStatus(found)
    },
  }
}

/** Whether an id may be one of Trigger.dev's: it has other words for what is none. */
function isRunId(id: string): boolean {
  return /^run_[A-Za-z0-9]{1,64}$/.test(id)
}

/** A run that stands for a job: one of an event's task, for a tenant, that no retry made. */
function isJob(run: EngineRun): boolean {
  if (eventOfTask(run.taskIdentifier) === undefined) return false
  const { envelope, retry } = askedOf(run)
  return retry === undefined && envelope.tenantId !== ''
}

/** Whether a run is one that a job's run made for a definition, and not by a handler's own doing. */
function isRunOf({ taskIdentifier, tags }: ListedRun, jobId: string): boolean {
  return definitionOfTask(taskIdentifier) !== undefined && tags.includes(jobTagOf(jobId))
}

/** A run that was made and is not to be seen yet. */
function unseen(id: string, taskIdentifier: string, { updatedAt }: EngineRun): EngineRun {
  return { id, taskIdentifier, status: 'QUEUED', tags: [], createdAt: updatedAt, updatedAt, attemptCount: 0 }
}

function byAge(one: EngineRun, other: EngineRun): number {
  return one.createdAt.getTime() - other.createdAt.getTime() || (one.id < other.id ? -1 : 1)
}
