import { asStored } from '../codec/decode-for-reader.ts'
import { DefinitionNotFoundError } from '../errors/definition-not-found-error.ts'
import { JobNotFoundError } from '../errors/job-not-found-error.ts'
import { JobCancelledError } from '../errors/job-cancelled-error.ts'
import { JobExpiredError } from '../errors/job-expired-error.ts'
import { JobSupersededError } from '../errors/job-superseded-error.ts'
import { TooManyPastEventsError } from '../errors/too-many-past-events-error.ts'
import type { Envelope } from '../events/envelope.ts'
import type { Json } from '../values/json.ts'
import { toErrorInfo } from '../errors/error-info.ts'
import { isEnded } from '../status/job-state.ts'
import type { JobStatus, RunStatus } from '../status/job-status.ts'
import type { EventMatch } from '../status/step-status.ts'
import type { AwaitedEvent } from '../steps/step-call.ts'
import { wasGot } from './got-events.ts'
import { endStep, type StepRecord, type WorkflowRecord } from '../steps/workflow-record.ts'

/** The part of an event that a wait checks. */
export type AwaitableEvent = Pick<Envelope, 'id' | 'event' | 'payload' | 'sentAt'>

/** Returns true if a payload matches a wait. */
export function matchesEvent(match: EventMatch | undefined, payload: Json): boolean {
  if (!match) return true
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) return false
  return Object.entries(match).every(([field, value]) => Object.hasOwn(payload, field) && payload[field] === value)
}

/**
 * Returns true if an event is not for a wait with `since`, although it was sent in time: it started the run, or an earlier
 * wait of the run got it. So a loop gets each event once.
 */
export function isEventTaken(
  { steps, restart }: Pick<WorkflowRecord, 'steps' | 'restart'>,
  { event = '', since, ownJobId }: Pick<StepRecord, 'event' | 'since' | 'ownJobId'>,
  { id: eventId, sentAt }: Pick<AwaitableEvent, 'id' | 'sentAt'>,
): boolean {
  if (since === undefined) return false
  const hasGot = ({ kind, output }: StepRecord): boolean =>
    kind === 'waitForEvent' && (output as Partial<AwaitedEvent> | null | undefined)?.id === eventId
  return eventId === ownJobId || steps.some(hasGot) || wasGot(restart?.got, event, { id: eventId, sentAt })
}

/**
 * Resolves a wait with an event of the same tenant if the event matches and was sent during the wait, or since the time
 * that the wait names. Returns whether it resolved the wait.
 */
export function resolveEventWait(
  record: WorkflowRecord,
  step: StepRecord,
  { id, event, payload, sentAt }: AwaitableEvent,
  now: number,
): boolean {
  if (step.kind !== 'waitForEvent' || step.state !== 'waiting') return false
  if (step.event !== event || !matchesEvent(step.match, payload)) return false
  // An event after the timeout is ignored, even if no replay has recorded the timeout yet.
  if (sentAt < (step.since ?? step.startedAt) || sentAt > (step.until ?? Number.POSITIVE_INFINITY)) return false
  if (isEventTaken(record, step, { id, sentAt })) return false
  const awaited: AwaitedEvent = { id, payload, sentAt }
  step.output = awaited as unknown as Json
  endStep(record, step, 'completed', now)
  return true
}

/** Fails a wait with `since` that would have to read more than `maxEvents` earlier events. */
export function failPastWait(record: WorkflowRecord, step: StepRecord, maxEvents: number, now: number): void {
  const { key, event = '' } = step
  step.error = toErrorInfo(new TooManyPastEventsError({ stepId: key, event, maxEvents }))
  endStep(record, step, 'failed', now)
}

/** Fails a wait for a job that the engine no longer has. Returns whether it resolved the wait. */
export function failMissingJobWait(record: WorkflowRecord, step: StepRecord, provider: string, now: number): boolean {
  if (step.kind !== 'runJob' || step.state !== 'waiting' || step.jobId === undefined) return false
  step.error = toErrorInfo(new JobNotFoundError({ jobId: step.jobId, provider }))
  endStep(record, step, 'failed', now)
  return true
}

/** Resolves a wait for a job with the job's result, once the job has ended. Returns whether it resolved the wait. */
export function resolveJobWait(record: WorkflowRecord, step: StepRecord, job: JobStatus, now: number): boolean {
  if (step.kind !== 'runJob' || step.state !== 'waiting' || step.jobId !== job.id) return false
  const { runs, state: jobState } = asStored(job) // the step stores what the job does, not what a reader gets
  const { definitionId = '' } = step
  const run = runs.findLast((each) => each.definitionId === definitionId)
  if (!isEnded(run?.state ?? jobState)) return false
  if (run?.state === 'completed') {
    if (run.output !== undefined) step.output = run.output as Json
    endStep(record, step, 'completed', now)
    return true
  }
  step.error = run?.error ?? toErrorInfo(endError(run ?? job, job.id, definitionId))
  endStep(record, step, 'failed', now)
  return true
}

/** Returns the error of a job that ended in this state without one of its own. */
function endError(
  { state, supersededBy }: Pick<RunStatus, 'state' | 'supersededBy'>,
  jobId: string,
  definitionId: string,
): Error {
  if (state === 'cancelled') return new JobCancelledError({ jobId })
  if (state === 'superseded') return new JobSupersededError({ jobId, supersededBy })
  return state === 'expired' ? new JobExpiredError({ jobId }) : new DefinitionNotFoundError({ definitionId })
}
