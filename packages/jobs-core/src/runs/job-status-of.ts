import type { Envelope } from '../events/envelope.ts'
import { isEnded, type JobState, jobStateOf } from './job-state.ts'
import type { JobStatus, RunStatus } from './job-status.ts'

/** What a provider knows of a job besides its runs. */
export interface JobStatusFacts extends Pick<Envelope, 'id' | 'event' | 'tenantId' | 'sentAt'> {
  /** When it shall start, epoch milliseconds; absent means at once. */
  readonly runAt?: number | undefined
  /** Where the engine knows better than the runs tell. Default: `jobStateOf(runs)`. */
  readonly state?: JobState | undefined
  /** When the job ended at the earliest, epoch milliseconds, for one that outlives its runs or has none. Default: `sentAt`. */
  readonly endedAt?: number | undefined
}

/** A job as the status of its runs, oldest first: it starts with the first of them and ends with the last. */
export function jobStatusOf(job: JobStatusFacts, runs: readonly RunStatus[]): JobStatus {
  const { id, event, tenantId, sentAt, runAt, state = jobStateOf(runs), endedAt = sentAt } = job
  const started = runs.flatMap((run) => run.startedAt?.getTime() ?? [])
  const ended = runs.flatMap((run) => run.endedAt?.getTime() ?? [])
  return {
    id,
    event,
    tenantId,
    state,
    createdAt: new Date(sentAt),
    ...(runAt !== undefined && { scheduledFor: new Date(runAt) }),
    ...(started.length > 0 && { startedAt: new Date(Math.min(...started)) }),
    ...(isEnded(state) && { endedAt: new Date(Math.max(endedAt, ...ended)) }),
    runs,
  }
}
