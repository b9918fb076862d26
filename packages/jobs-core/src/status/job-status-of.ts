import type { Envelope } from '../events/envelope.ts'
import { isEnded, type JobState, jobStateOf } from './job-state.ts'
import type { JobStatus, RunStatus } from './job-status.ts'

/** Facts that a provider has about a job apart from its runs. */
export interface JobStatusFacts extends Pick<Envelope, 'id' | 'event' | 'tenantId' | 'sentAt'> {
  /** The references of the send. Default: none. */
  readonly references?: readonly string[] | undefined
  /** When it should start, epoch milliseconds. Default: immediately. */
  readonly runAt?: number | undefined
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
  const { id, event, tenantId, sentAt, references, runAt, state = jobStateOf(runs), endedAt = sentAt } = job
  const started = runs.flatMap((run) => run.startedAt?.getTime() ?? [])
  const ended = runs.flatMap((run) => run.endedAt?.getTime() ?? [])
  return {
    id,
    event,
    tenantId,
    ...(references !== undefined && { references }),
    state,
    createdAt: new Date(sentAt),
    ...(runAt !== undefined && { scheduledFor: new Date(runAt) }),
    ...(started.length > 0 && { startedAt: new Date(Math.min(...started)) }),
    ...(isEnded(state) && { endedAt: new Date(Math.max(endedAt, ...ended)) }),
    runs,
  }
}
