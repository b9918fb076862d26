import type { Envelope } from '../events/envelope.ts'
import { isEnded, type JobState, jobStateOf } from './job-state.ts'
import type { JobStatus, RunStatus } from './job-status.ts'

/** The facts of a send that a status shows. An envelope has all of them: pass it whole. */
export type SentFacts = Pick<
  Envelope,
  'event' | 'tenantId' | 'sentAt' | 'references' | 'rerunOf' | 'runAt' | 'traceparent'
>

/** Facts that a provider has about a job apart from its runs. */
export interface JobStatusFacts extends SentFacts {
  /** The job's id. */
  readonly id: string
  /** The job's state, if it does not follow from its runs. Default: `jobStateOf(runs)`. */
  readonly state?: JobState | undefined
  /**
   * The earliest time of the job's end, epoch milliseconds, for a job that outlasts its runs or has none. Default:
   * `sentAt`.
   */
  readonly endedAt?: number | undefined
}

/** Returns the status of a job. It starts with its first run and ends with its last. @param runs - oldest first */
export function jobStatusOf(job: JobStatusFacts, runs: readonly RunStatus[]): JobStatus {
  const { id, sentAt, state = jobStateOf(runs), endedAt = sentAt } = job
  const started = runs.flatMap((run) => run.startedAt?.getTime() ?? [])
  const ended = runs.flatMap((run) => run.endedAt?.getTime() ?? [])
  return {
    id,
    ...sentStatusOf(job),
    state,
    ...(started.length > 0 && { startedAt: new Date(Math.min(...started)) }),
    ...(isEnded(state) && { endedAt: new Date(Math.max(endedAt, ...ended)) }),
    runs,
  }
}

/** Returns the part of a status that follows from the send. It shares no objects with it. */
export function sentStatusOf({
  event,
  tenantId,
  sentAt,
  references,
  rerunOf,
  runAt,
  traceparent,
}: SentFacts): Pick<
  JobStatus,
  'event' | 'tenantId' | 'references' | 'rerunOf' | 'traceparent' | 'createdAt' | 'scheduledFor'
> {
  return {
    event,
    tenantId,
    ...(references !== undefined && { references: [...references] }),
    ...(rerunOf !== undefined && { rerunOf }),
    ...(traceparent !== undefined && { traceparent }),
    createdAt: new Date(sentAt),
    ...(runAt !== undefined && { scheduledFor: new Date(runAt) }),
  }
}
