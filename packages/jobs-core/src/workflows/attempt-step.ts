import { ClientClosedError } from '../errors/client-closed-error.ts'
import { JobTimeoutError } from '../errors/job-timeout-error.ts'
import { JobsError } from '../errors/jobs-error.ts'
import { NotSerializableError } from '../errors/not-serializable-error.ts'
import { OutputTooLargeError } from '../errors/output-too-large-error.ts'
import { RequestFailedError } from '../errors/request-failed-error.ts'
import { SendFailedError } from '../errors/send-failed-error.ts'
import { StoreError } from '../errors/store-error.ts'
import { TooManyWaitingError } from '../errors/too-many-waiting-error.ts'
import type { Json } from '../values/json.ts'
import type { Logger } from '../logging/logger.ts'
import { toErrorInfo } from '../errors/error-info.ts'
import type { EngineLimits } from '../engines/engine-limits.ts'
import { toFailureOutcome } from '../runs/failure-outcome.ts'
import type { Outcome } from '../hooks/outcome.ts'
import { runUntilStopped } from '../runs/run-until-stopped.ts'
import { toOutput } from '../runs/to-output.ts'
import type { Clock } from '../time/clock.ts'
import { runInsideStep } from './inside-step.ts'
import type { RunCall, Work } from '../steps/step-call.ts'
import { noTransactionError, type OpenTransaction, type TransactionOpener } from '../engines/open-transaction.ts'

/** Options of one attempt of a step. */
export interface StepAttemptOptions {
  /** Identifies this replay, to detect a step that is called inside a step. */
  readonly replayToken: object
  /** The workflow's id. */
  readonly definitionId: string
  /** The attempt of this step, counted from 1. */
  readonly attempt: number
  /** The step's idempotency key, the same in all its attempts. */
  readonly idempotencyKey: string
  /** The step's logger. */
  readonly logger: Logger
  /** Aborts when the step should stop. */
  readonly signal: AbortSignal
  /** Aborts when the run exceeds its `runTimeout`. Default: never. */
  readonly timeUp?: AbortSignal | undefined
  /** Measures the timeout. */
  readonly clock: Clock
  /** Returns a number from 0 up to 1, for jitter. */
  readonly random: () => number
  /** The engine's limits. */
  readonly limits: EngineLimits
  /** Opens a transaction for the work. Its `commit` gets the output. Absent: the engine has none. */
  readonly openTransaction?: TransactionOpener<Json | undefined> | undefined
}

/** The result of an attempt of a step. */
export type StepOutcome = Extract<Outcome, { type: 'completed' | 'retry' | 'failed' }>

/**
 * Runs one attempt of a step's work. On every engine, only this function calls the work. It enforces the timeout,
 * converts the result to JSON and classifies errors. It never rejects.
 */
export async function attemptStep(
  { key, work, policy, timeoutMs, kind, transaction }: AttemptedWork,
  options: StepAttemptOptions,
): Promise<StepOutcome> {
  const { definitionId, attempt, idempotencyKey, signal, timeUp, clock, random, limits } = options
  const { maxAttempts } = policy
  const current = { replayToken: options.replayToken, key, isRunning: true }
  let opened: OpenTransaction<Json | undefined> | undefined
  const call = async (ownSignal: AbortSignal): Promise<unknown> => {
    const facts = { attempt, maxAttempts, idempotencyKey, logger: options.logger, signal: ownSignal }
    const context = opened ? { ...facts, transaction: opened.transaction } : facts
    try {
      return await runInsideStep(current, () => work(context))
    } finally {
      current.isRunning = false
    }
  }
  const id = `${definitionId}/${key}`
  let returned: unknown
  try {
    if (kind === 'run' && transaction) {
      if (!options.openTransaction) return { type: 'failed', error: toErrorInfo(noTransactionError(limits.provider)) }
      opened = await options.openTransaction(timeUp ? AbortSignal.any([signal, timeUp]) : signal)
    }
    const stop = { signal: timeUp ?? signal, clock, definitionId: id, timeoutMs }
    returned =
      timeoutMs === undefined && !timeUp
        ? await call(signal)
        : await runUntilStopped(stop, (own) => call(timeUp ? AbortSignal.any([signal, own]) : own))
    const output: Json | undefined = toOutput(returned, { id }, limits)
    await opened?.commit(output)
    return { type: 'completed', ...(output !== undefined && { output }) }
  } catch (thrown) {
    await opened?.rollback(current.isRunning)
    current.isRunning = false
    if (timeUp?.aborted || isPermanent(thrown, returned, kind)) return { type: 'failed', error: toErrorInfo(thrown) }
    const failed = { policy, attempt, maxAttempts, now: clock.now(), random, limits }
    return toFailureOutcome(thrown, failed) as StepOutcome
  }
}

/** The errors of a send that a retry may help. */
const transientErrors = [
  SendFailedError,
  RequestFailedError,
  StoreError,
  ClientClosedError,
  JobTimeoutError,
  TooManyWaitingError,
]

/** The work of a step, or of its compensation, which has no kind. */
type AttemptedWork = Work & Partial<Pick<RunCall, 'transaction'>> & { readonly kind?: string }

/** Returns true if a retry cannot help: the result is not JSON or too large, or the send was rejected. */
function isPermanent(thrown: unknown, returned: unknown, kind: string | undefined): boolean {
  if (returned !== undefined) return NotSerializableError.isInstance(thrown) || OutputTooLargeError.isInstance(thrown)
  if (kind !== 'sendEvent' && kind !== 'runJob') return false
  return JobsError.isInstance(thrown) && !transientErrors.some((known) => known.isInstance(thrown))
}
