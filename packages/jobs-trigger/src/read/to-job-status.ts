import { type Definition, type JobState, type JobStatus, type RunStatus, isEnded } from '@cgk-platform/jobs-core'
import {
  cronJobIdOf,
  type JobRegistry,
  jobStateOf,
  jobStatusOf,
  maxAttemptsOf,
  newestRuns,
} from '@cgk-platform/jobs-core/provider'

import type { EngineRun } from '../api/engine-shapes.ts'
import { readRunPayload } from '../wire/payload.ts'
import { askedOf, type JobLink, type JobLinks } from './job-facts.ts'
import { definitionOfTask } from '../wire/task-id.ts'
import { runStateOf } from './run-state.ts'
import { attemptRecordOf, endOf, toRunStatus } from './to-run-status.ts'

/**
 * The definition of a job's run that failed before it told what it is of: its host could not make the definitions'
 * runs, or its process was killed at once. Retrying the job runs all of its definitions that have no run. No
 * definition has it for its id.
 */
export const unknownDefinition = '?'

/**
 * An event's run, the runs that it made and the retries of both, as the job that they are.
 *
 * @param jobs - the definitions known to the reader; a process that only sends knows none
 */
export function toJobStatus(links: JobLinks, jobs: JobRegistry | undefined): JobStatus {
  const [{ run: root }] = links
  const { event, tenantId, sentAt, runAt } = askedOf(root).envelope
  const runs = links.flatMap((link, index) => toRunStatuses(link, links[index + 1], jobs))
  const state = toJobState(links, runs)
  const endedAt = isEnded(state) ? Math.max(...links.map(({ run }) => endOf(run).getTime())) : undefined
  return jobStatusOf({ id: root.id, event, tenantId, sentAt, runAt, state, endedAt }, runs)
}

function toRunStatuses(link: JobLink, next: JobLink | undefined, jobs: JobRegistry | undefined): RunStatus[] {
  const { envelope, retry } = askedOf(link.run)
  const toStatus = (run: EngineRun, definitionId: string, retryOf: string | undefined): RunStatus => {
    const definition = definitionOf(definitionId, jobs)
    const known = definition !== undefined || envelope.maxAttempts !== undefined
    const maxAttempts = known ? maxAttemptsOf(envelope, definition) : undefined
    return toRunStatus(run, { definitionId, maxAttempts, retryOf })
  }
  const own = ownDefinitionId(link, next, jobs)
  return [
    ...(own === undefined ? [] : [toStatus(link.run, own, retry?.runs[own])]),
    ...link.children.map((child) =>
      toStatus(
        child,
        definitionOfTask(child.taskIdentifier) ?? unknownDefinition,
        readRunPayload(child.payload)?.retryOf,
      ),
    ),
  ]
}

/** The definition whose run an event's run is itself, where it is one. */
function ownDefinitionId(
  { run, children }: JobLink,
  next: JobLink | undefined,
  jobs: JobRegistry | undefined,
): string | undefined {
  const record = attemptRecordOf(run)
  if (record) return record.definition
  if (runStateOf(run) !== 'failed') return undefined
  const { envelope } = askedOf(run)
  if (next) {
    // Who retried it knew what it was of, or had all definitions run that have no run: then it stands for nothing more.
    const { runs = {} } = askedOf(next.run).retry ?? {}
    return Object.keys(runs).find((id) => runs[id] === run.id)
  }
  const [only, ...others] = definitionsOf(envelope.event, jobs)
  return only && others.length + children.length === 0 ? only.id : unknownDefinition
}

function definitionsOf(event: string, jobs: JobRegistry | undefined): readonly Definition[] {
  const cronJobId = cronJobIdOf(event)
  const cronJob = cronJobId === undefined ? undefined : jobs?.get(cronJobId)
  return cronJob ? [cronJob] : (jobs?.subscribers(event) ?? [])
}

function definitionOf(id: string, jobs: JobRegistry | undefined): Definition | undefined {
  return id === unknownDefinition ? undefined : jobs?.get(id)
}

/** What the runs are in, corrected by what the newest event's run may still do, or can do no more. */
function toJobState(links: JobLinks, runs: readonly RunStatus[]): JobState {
  const { run, children } = links.at(-1)!
  const state = jobStateOf(runs)
  if (attemptRecordOf(run)) return state
  const ofEvent = runStateOf(run)
  switch (ofEvent) {
    case 'scheduled':
    case 'queued':
    case 'running': // and about to make runs, or to tell what it is the run of
      if (newestRuns(runs).some((one) => !isEnded(one.state))) return state
      return children.length > 0 ? 'running' : ofEvent === 'scheduled' ? 'scheduled' : 'queued'
    case 'cancelled':
    case 'expired':
      return ofEvent
    default:
      return state
  }
}
