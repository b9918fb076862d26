import {
  AttemptsExhaustedError,
  DefinitionNotFoundError,
  JobCancelledError,
  type WorkflowDefinition,
} from '@cgk-platform/jobs-core'
import {
  bindLogger,
  type Clock,
  type EngineLimits,
  eventOf,
  type JobHost,
  extendGraceMs,
  createWorkflowRecord,
  type Outcome,
  createRecordedStepEngine,
  runAttempt,
  type StepRecord,
  type StepRecordStore,
  type TickHost,
  toErrorInfo,
} from '@cgk-platform/jobs-core/provider'

import type { JobStore, StoredRun } from '../store/job-store.ts'

/** What an attempt is made with. */
export interface AttemptParts {
  readonly clock: Clock
  readonly host: JobHost
  readonly limits: EngineLimits
  readonly random: () => number
  readonly signal: AbortSignal
  /** Told of a handler that runs on though its attempt was stopped. */
  readonly onLeftRunning: (handler: Promise<unknown>) => void
  readonly store: Pick<JobStore, 'change' | 'saveStep' | 'saveFailure'>
  /** Lets a workflow that is asleep go on. */
  readonly wakeRun: (run: StoredRun) => void
  /** Told where another process has taken the run over. */
  readonly lost: () => void
  /** Calls back when a wait of the run's steps was answered; the answer ends it. */
  readonly onWaitResolved: (listener: (step: StepRecord) => void) => () => void
  /** For a cron job that is fanned out over tenants. */
  readonly tickHost: () => TickHost
}

/** How often it is tried to end a run whose attempts have all died: to call its `onFailure`, or to compensate its steps. */
const livesOfTheEnd = 3

/** Makes the attempt that a run has begun, by the definition as it is now. */
export function makeAttempt(run: StoredRun, parts: AttemptParts): Promise<Outcome> {
  const { clock, host, limits, random, signal, tickHost, onLeftRunning } = parts
  const envelope = run.compensating ?? run.job.envelope
  const definition = host.jobs.get(run.definitionId)
  // One of this id for another event is not the one that the run waited for.
  if (!definition || eventOf(definition) !== envelope.event) {
    const error = toErrorInfo(new DefinitionNotFoundError({ definitionId: run.definitionId }))
    const logger = bindLogger(host.logger, { jobId: envelope.id, runId: run.id })
    logger.error('A run failed: its definition is gone.', { error })
    return Promise.resolve({ type: 'failed', error })
  }
  if (run.attempts > run.maxAttempts + livesOfTheEnd) return Promise.resolve(givenUp(run, host))
  const { client, hooks, middleware, logger } = host
  return runAttempt(definition, envelope, {
    jobId: envelope.id,
    runId: run.id,
    attempt: run.attempts,
    signal,
    clock,
    logger,
    hooks,
    middleware,
    client,
    random,
    limits,
    onLeftRunning,
    isResumed: run.resumed === true,
    startedAt: run.resumed ? (run.attemptStartedAt ?? run.startedAt) : undefined,
    isCancelCompensation: run.compensating !== undefined,
    ...(definition.kind === 'workflow' && { steps: createRecordedStepEngine(recordsOf(run, definition, parts)) }),
    tickHost,
  })
}

/** A run that ended its process in all of its attempts, and then in each that was to end it. */
function givenUp({ id, definitionId, maxAttempts, job }: StoredRun, host: JobHost): Outcome {
  const error = toErrorInfo(new AttemptsExhaustedError({ definitionId, maxAttempts }))
  const logger = bindLogger(host.logger, { jobId: job.envelope.id, runId: id })
  logger.error('A run failed: its end has ended the process each time, so that what it was to do is left.', { error })
  return { type: 'failed', error }
}

/** The records of a workflow's steps, which the store keeps with its run. */
function recordsOf(
  run: StoredRun,
  { version }: WorkflowDefinition,
  { clock, store, onWaitResolved, wakeRun, lost }: AttemptParts,
): StepRecordStore {
  return {
    record: (run.workflow ??= createWorkflowRecord(run.id, version)),
    save: (step) =>
      store.change(() => store.saveStep(run, step, clock.now()), { done: (isKept) => void (isKept || lost()) }),
    saveFailure: () => store.change(() => store.saveFailure(run), { done: () => undefined }),
    onWaitResolved,
    ...(run.graceMs !== undefined && { graceMs: run.graceMs }),
    onLateCall(afterMs) {
      const graceMs = extendGraceMs(run.graceMs, afterMs)
      if (graceMs === undefined) return
      run.graceMs = graceMs
      wakeRun(run)
    },
    ...(run.compensating && { cancellation: toErrorInfo(new JobCancelledError({ jobId: run.job.envelope.id })) }),
  }
}
