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

/** The services and settings of an attempt. */
export interface AttemptDependencies {
  readonly clock: Clock
  readonly host: JobHost
  readonly limits: EngineLimits
  readonly random: () => number
  readonly signal: AbortSignal
  /** Called with a handler that still runs after its attempt was stopped. */
  readonly onLeftRunning: (handler: Promise<unknown>) => void
  readonly store: Pick<JobStore, 'change' | 'saveStep' | 'saveFailure'>
  /** Resumes a workflow that is asleep. */
  readonly wakeRun: (run: StoredRun) => void
  /** Called if another process has taken over the run. */
  readonly lost: () => void
  /** Calls `listener` when a wait of the run's steps is resolved. Returns a function that stops listening. */
  readonly onWaitResolved: (listener: (step: StepRecord) => void) => () => void
  /** Creates the host with which a cron job dispatches its tick to tenants. */
  readonly tickHost: () => TickHost
}

/**
 * Additional attempts for a run whose attempts all killed their process: to call its `onFailure`, or to compensate its
 * steps.
 */
const maxFinalAttempts = 3

/** Makes the attempt that a run has begun, with the current definition. */
export function makeAttempt(run: StoredRun, dependencies: AttemptDependencies): Promise<Outcome> {
  const { clock, host, limits, random, signal, tickHost, onLeftRunning } = dependencies
  const envelope = run.compensating ?? run.job.envelope
  const definition = host.jobs.get(run.definitionId)
  // A definition with the same id for another event is not the one that this run was created for.
  if (!definition || eventOf(definition) !== envelope.event) {
    const error = toErrorInfo(new DefinitionNotFoundError({ definitionId: run.definitionId }))
    const logger = bindLogger(host.logger, { jobId: envelope.id, runId: run.id })
    logger.error('A run failed: its definition no longer exists.', { error })
    return Promise.resolve({ type: 'failed', error })
  }
  if (run.attempts > run.maxAttempts + maxFinalAttempts) return Promise.resolve(failExhausted(run, host))
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
    ...(definition.kind === 'workflow' && {
      steps: createRecordedStepEngine(stepRecordsOf(run, definition, dependencies)),
    }),
    tickHost,
  })
}

/** Fails a run that killed its process in all of its attempts, and in each additional one. */
function failExhausted({ id, definitionId, maxAttempts, job }: StoredRun, host: JobHost): Outcome {
  const error = toErrorInfo(new AttemptsExhaustedError({ definitionId, maxAttempts }))
  const logger = bindLogger(host.logger, { jobId: job.envelope.id, runId: id })
  logger.error('A run failed: each attempt to call its `onFailure` or to compensate its steps ended the process.', {
    error,
  })
  return { type: 'failed', error }
}

/** Returns access to the step records of a workflow, which the store persists with its run. */
function stepRecordsOf(
  run: StoredRun,
  { version }: WorkflowDefinition,
  { clock, store, onWaitResolved, wakeRun, lost }: AttemptDependencies,
): StepRecordStore {
  return {
    record: (run.workflow ??= createWorkflowRecord(run.id, version)),
    save: (step) =>
      store.change(() => store.saveStep(run, step, clock.now()), { done: (isSaved) => void (isSaved || lost()) }),
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
