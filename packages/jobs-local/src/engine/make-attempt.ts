import type { BatchJobDefinition, Definition, WorkflowDefinition } from '@cgk-platform/jobs-core'
import { AttemptsExhaustedError, DefinitionNotFoundError, JobCancelledError } from '@cgk-platform/jobs-core/errors'
import {
  type AttemptReplay,
  bindLogger,
  eventsOf,
  type JobHost,
  beginWorkflowRecord,
  type Outcome,
  createRecordedStepEngine,
  type StepRecord,
  type StepRecordStore,
  toErrorInfo,
} from '@cgk-platform/jobs-core/provider'
import { extendGraceMs, startAttempt, startBatch } from '@cgk-platform/jobs-core/scheduling'

import type { StoredRun } from '../records/stored-run.ts'
import type { SavedStep } from '../store/engine-store.ts'
import type { RunningAttempt } from './running-attempt.ts'

/**
 * Additional attempts for a run whose attempts all killed their process: to call its `onFailure`, or to compensate its
 * steps.
 */
const maxFinalAttempts = 3

/**
 * Starts the attempt that a run has begun, with the current definition. It can end at once.
 */
export function makeAttempt(running: RunningAttempt): void {
  const { run, host } = running
  const envelope = run.compensating ?? run.job.envelope
  const definition = host.jobs.get(run.definitionId)
  // A definition with the same id for another event is not the one that this run was created for.
  if (!definition || !eventsOf(definition).includes(envelope.event)) {
    const error = toErrorInfo(new DefinitionNotFoundError({ definitionId: run.definitionId }))
    const logger = bindLogger(host.logger, { jobId: envelope.id, runId: run.id })
    logger.error('A run failed: its definition no longer exists.', { error })
    for (const one of running.others ?? []) one.ended({ type: 'failed', error })
    return running.ended({ type: 'failed', error })
  }
  if (definition.kind === 'batch') return makeBatch(definition, running)
  for (const one of running.others ?? []) makeAttempt(one)
  if (run.attempts > run.maxAttempts + maxFinalAttempts) return running.ended(failExhausted(run, host))
  running.replay = replayOf(running, definition)
  startAttempt(definition, envelope, running, running)
}

/** Starts the attempts of a batch. */
function makeBatch(definition: BatchJobDefinition, running: RunningAttempt): void {
  const { run, host } = running
  const isAlone = !running.others || running.others.length === 0
  if (isAlone && run.attempts > run.maxAttempts + maxFinalAttempts) return running.ended(failExhausted(run, host))
  const attempts = [running, ...(running.others ?? [])]
  for (const one of attempts) one.replay = replayOf(one, definition)
  startBatch(
    definition,
    attempts.toSorted(byDueTime).map((one) => ({ envelope: one.run.job.envelope, options: one, receiver: one })),
  )
}

/** Orders attempts by when their jobs were due, then by their sends. */
function byDueTime(one: RunningAttempt, other: RunningAttempt): number {
  const [{ envelope: first }, { envelope: second }] = [one.run.job, other.run.job]
  const order = (first.runAt ?? first.sentAt) - (second.runAt ?? second.sentAt)
  return order || (first.id < second.id ? -1 : 1)
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

/** Returns the replay of an attempt; `undefined` if its code is called once. */
function replayOf(running: RunningAttempt, definition: Definition): AttemptReplay | undefined {
  const { run, host } = running
  if (definition.kind !== 'workflow' && !run.resumed && !run.compensating) return undefined
  return {
    startedAt: run.resumed ? (run.attemptStartedAt ?? run.startedAt ?? host.clock.now()) : undefined,
    steps: definition.kind === 'workflow' ? createRecordedStepEngine(stepRecordsOf(running, definition)) : undefined,
    isCancelCompensation: run.compensating !== undefined,
  }
}

/** Warns if a wait with `since` may have missed an event whose job was deleted. Ends an attempt that has lost its run. */
function stepSaved(running: RunningAttempt, { key, event = '' }: StepRecord, result: SavedStep): void {
  const { run, host } = running
  if (result.mayHaveMissed) {
    const fields = { jobId: run.job.envelope.id, runId: run.id }
    const message =
      `The wait \`${key}\` may have missed an event \`${event}\`: jobs that ended since \`since\` were deleted. ` +
      'Raise `retention`, or wait since a later step.'
    bindLogger(host.logger, fields).warn(message, { step: key })
  }
  if (!result.isSaved) running.lost()
}

/** Returns access to the step records of a workflow, which the store persists with its run. */
function stepRecordsOf(running: RunningAttempt, { version }: WorkflowDefinition): StepRecordStore {
  const { run, host } = running
  const { store, wakeRun } = host
  const { transactions } = store
  const record = (run.workflow = beginWorkflowRecord(run.workflow, run.id, version))
  return {
    record,
    save: (step) =>
      // Work that still ran when `step.restart` began the run again.
      run.workflow !== record ? undefined : store.saveStep(run, step, (result) => stepSaved(running, step, result)),
    saveRecord: () => store.saveRecord(run),
    ...(transactions && {
      openTransaction: async (signal) => running.watched(await transactions.forStep(run, signal)),
    }),
    onWaitResolved(listener) {
      running.listener = listener
      return () => {
        running.listener = undefined
      }
    },
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
