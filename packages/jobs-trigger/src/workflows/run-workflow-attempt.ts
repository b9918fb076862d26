import { retryDelayMs, type WorkflowDefinition } from '@cgk-platform/jobs-core'
import {
  type AttemptReplay,
  bindLogger,
  retryWorkflowRecord,
  beginWorkflowRecord,
  type Outcome,
  createRecordedStepEngine,
  type StepRecord,
  toErrorInfo,
  type WorkflowRecord,
} from '@cgk-platform/jobs-core/provider'
import { metadata } from '@trigger.dev/sdk'

import type { HostDependencies } from '../host/host-dependencies.ts'
import type { HostOutcome } from '../host/map-outcome.ts'
import { restartRun } from '../host/restart-run.ts'
import { readRunPayload, type RunPayload } from '../wire/payload.ts'
import type { AttemptRecord } from '../wire/run-record.ts'
import { hasStepRecords, readWorkflowRecord } from '../wire/workflow-metadata.ts'
import { lookBeforeTimeout } from './look-before-timeout.ts'
import { lookIntoPast } from './look-into-past.ts'
import { openWaits } from './open-waits.ts'
import { createRecordStore } from './record-store.ts'
import { createReplayGrace } from './replay-grace.ts'
import { resolveWaits, type WaitPoll } from './resolve-waits.ts'
import { createStepRecords } from './step-records.ts'
import { pauseUntil, sdkWaits, waitUntilResumable } from './wait-until-resumable.ts'

/** Runs one replay of a workflow's code, as core runs an attempt. */
export type RunReplay = (replay: AttemptReplay) => Promise<Outcome>

/** Settings of one attempt of a workflow's run. */
export interface WorkflowAttemptOptions {
  readonly payload: RunPayload
  readonly runId: string
  /** The record of the attempt at its start. */
  readonly begun: AttemptRecord
  readonly signal: AbortSignal
  readonly dependencies: HostDependencies
  /** Other work of the run. It must end before the first wait, because a wait may suspend the process. */
  readonly otherWork?: Promise<void> | undefined
  /** Waits while the definition is paused. It is called before the workflow continues after a wait. */
  readonly hold?: (() => Promise<void>) | undefined
}

/** Maximum number of consecutive failed waits, for example while the server is unreachable. */
const maxWaitFailures = 8
const pauseAfterFailureMs = 2000
/** Minimum retry delay after an error outside the workflow's code. */
const minRetryDelayMs = 1000

/**
 * Makes one attempt of a workflow's run: alternates replays of its code with waits of Trigger.dev. The run's metadata
 * stores the steps, so the next attempt, or a manual retry, continues from them.
 */
export async function runWorkflowAttempt(
  definition: WorkflowDefinition,
  options: WorkflowAttemptOptions,
  runReplay: RunReplay,
): Promise<HostOutcome> {
  try {
    return await replayUntilEnd(definition, options, runReplay)
  } catch (error) {
    // Also retries after the last attempt: the extra attempt that ends the run compensates it and calls `onFailure`.
    const { begun, dependencies } = options
    const { random = Math.random } = dependencies
    const delay = () => retryDelayMs(definition.retry, begun.attempt, random, error)
    return { type: 'retry', afterMs: Math.max(minRetryDelayMs, knownDelayMs(delay)), error: toErrorInfo(error) }
  }
}

/** Returns a delay, or 0 if a `backoff` function fails, for example because it knows none after the last attempt. */
function knownDelayMs(delay: () => number): number {
  try {
    return delay()
  } catch {
    return 0
  }
}

async function replayUntilEnd(
  definition: WorkflowDefinition,
  options: WorkflowAttemptOptions,
  runReplay: RunReplay,
): Promise<HostOutcome> {
  const { payload, runId, begun, signal, dependencies, otherWork, hold } = options
  const { api, clock, client, logger } = dependencies
  const record = await readRecord(definition, options)
  const current = () => metadata.current()
  const store = createRecordStore({ runId, record, begun, api, clock, signal, metadata: current })
  const { tenantId } = payload.envelope
  const lookTools = { api, clock, tenantId, signal }
  const look = (step: StepRecord): Promise<void> => waitWithRetries(() => lookIntoPast(step, store, lookTools))
  const resolving = { api, client, clock, runId, tenantId, lookIntoPast: look }
  const resolve = (poll?: WaitPoll) => resolveWaits(store, resolving, poll)
  const replayGrace = createReplayGrace()
  const records = createStepRecords({
    ...{ store, runId, tenantId, api, clock, logger, replayGrace },
    resolveWaits: resolve,
    lookIntoPast: look,
    lookBeforeTimeout: (step) => waitWithRetries(() => lookBeforeTimeout(step, store, lookTools)),
  })
  const steps = createRecordedStepEngine(records)
  // First record the results that arrived before the process died: the code may have seen them already.
  if (openWaits(record).length > 0) await resolve()
  const begunAt = clock.now()
  let startedAt: number | undefined
  for (;;) {
    const lateCall = replayGrace.nextSignal()
    const outcome = await runReplay({ steps, startedAt })
    const { ended } = record
    await store.flush().catch(() => undefined) // every step that must not be lost was saved before
    if (outcome.type === 'restarted') {
      const restarting = { definition, runId, payload, begun, restarts: record.restart?.count ?? 0 }
      const retried = { type: 'retry', afterMs: pauseAfterFailureMs, restartedAs: 'pending' } as const
      return restartRun(restarting, outcome, dependencies).then(
        (restartedAs) => ({ ...outcome, restartedAs }),
        (error: unknown) => ({ ...retried, error: toErrorInfo(error) }),
      )
    }
    if (outcome.type !== 'suspended') return outcome
    await otherWork
    const hasChanges = () => records.hasUndelivered() || record.ended !== ended
    const waiting = { runId, api, clock, signal, lateCall, resolveWaits: resolve, hasChanges, waits: sdkWaits }
    await waitWithRetries(() => waitUntilResumable(outcome.wakeAt, record, waiting))
    await hold?.()
    if (signal.aborted) return { type: 'cancelled' }
    startedAt = begunAt
  }

  async function waitWithRetries(wait: () => Promise<void>): Promise<void> {
    for (let failures = 1; !signal.aborted; failures++) {
      try {
        return await wait()
      } catch (error) {
        if (failures === maxWaitFailures) throw error
        const fields = { runId, error: toErrorInfo(error) }
        bindLogger(logger, fields).warn('A wait of a workflow failed. The wait will be retried.')
      }
      await pauseUntil(clock.now() + pauseAfterFailureMs, clock, signal)
    }
  }
}

/** Returns the record with which an attempt begins. */
async function readRecord(
  { version }: WorkflowDefinition,
  { payload, runId, dependencies }: WorkflowAttemptOptions,
): Promise<WorkflowRecord> {
  const isNew = payload.restart !== undefined
  const stored =
    recordIn(metadata.current(), runId) ?? (isNew ? undefined : await recordOfRetriedRun(payload, runId, dependencies))
  const restart = stored && !stored.restart ? undefined : await restartOf(payload, dependencies)
  if (!restart) return beginWorkflowRecord(stored, runId, version)
  return beginWorkflowRecord({ origin: runId, steps: [], ended: 0, ...stored, restart }, runId, version)
}

/** Returns the last restart of a run or of the failed one that it retries. The records have only its number. */
async function restartOf(
  { restart, envelope, retryOf }: RunPayload,
  { reader }: Pick<HostDependencies, 'reader'>,
): Promise<WorkflowRecord['restart']> {
  if (restart) {
    const { count, at, since, got } = restart
    return { count, payload: envelope.payload, at, since, ...(got && { got }) }
  }
  if (retryOf === undefined) return undefined
  const before = readRunPayload((await reader.run(retryOf))?.payload)
  return before && restartOf(before, { reader })
}

/**
 * Reads the step records of a run, or `undefined` if it has executed no steps.
 *
 * @throws {Error} if they cannot be read: a run that started over would repeat them.
 */
function recordIn(stored: Readonly<Record<string, unknown>> | undefined, runId: string): WorkflowRecord | undefined {
  const record = readWorkflowRecord(stored)
  if (record || !hasStepRecords(stored)) return record
  const remedy = 'A newer version of this library may have recorded them. Deploy it, then retry the job.'
  throw new Error(`The step records of the run ${runId} cannot be read. ${remedy}`)
}

/**
 * Returns the records of the failed run that this run retries, or `undefined` if it is not a manual retry. A retry that
 * failed before it had records leaves those of the run before.
 */
async function recordOfRetriedRun(
  { retryOf }: RunPayload,
  runId: string,
  { reader }: Pick<HostDependencies, 'reader'>,
): Promise<WorkflowRecord | undefined> {
  if (retryOf === undefined) return undefined
  const failed = await reader.run(retryOf)
  const record = recordIn(failed?.metadata, retryOf)
  if (record) return retryWorkflowRecord(record, runId)
  const before = readRunPayload(failed?.payload)
  return before && recordOfRetriedRun(before, runId, { reader })
}
