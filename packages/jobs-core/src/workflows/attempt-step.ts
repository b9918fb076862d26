import { ClientClosedError } from '../errors/client-closed-error.ts'
import { JobTimeoutError } from '../errors/job-timeout-error.ts'
import { JobsError } from '../errors/jobs-error.ts'
import { NotSerializableError } from '../errors/not-serializable-error.ts'
import { OutputTooLargeError } from '../errors/output-too-large-error.ts'
import { RequestFailedError } from '../errors/request-failed-error.ts'
import { SendFailedError } from '../errors/send-failed-error.ts'
import { StoreError } from '../errors/store-error.ts'
import type { Json } from '../events/json.ts'
import type { Logger } from '../logging/logger.ts'
import { toErrorInfo } from '../runs/error-info.ts'
import { type EngineLimits, toFailureOutcome } from '../runs/failure-outcome.ts'
import type { Outcome } from '../runs/outcome.ts'
import { runUntilStopped } from '../runs/run-until-stopped.ts'
import { toOutput } from '../runs/to-output.ts'
import type { Clock } from '../time/clock.ts'
import { runInsideStep } from './inside-step.ts'
import type { Work } from './step-call.ts'

/** What an attempt of a step is made with. */
export interface StepAttemptOptions {
  /** Tells one run of the code from another, for a step that calls a step. */
  readonly replayToken: object
  /** The workflow's id. */
  readonly definitionId: string
  /** Counted from 1, for this step alone. */
  readonly attempt: number
  /** The same in every attempt of the step. */
  readonly idempotencyKey: string
  /** Where the step's lines go. */
  readonly logger: Logger
  /** Aborts when the step is to stop. */
  readonly signal: AbortSignal
  /** By which the attempt is timed. */
  readonly clock: Clock
  /** From 0 up to 1, for jitter. */
  readonly random: () => number
  /** What the engine can keep. */
  readonly limits?: EngineLimits | undefined
}

/** How an attempt of a step ended. */
export type StepOutcome = Extract<Outcome, { type: 'completed' | 'retry' | 'failed' }>

/**
 * Makes one attempt of a step's work: the one place, on every engine, where it is called. It enforces the timeout, takes
 * what was returned as JSON and classifies what was thrown. It never rejects.
 */
export async function attemptStep(
  { key, work, policy, timeoutMs, kind }: Work & { readonly kind?: string },
  made: StepAttemptOptions,
): Promise<StepOutcome> {
  const { definitionId, attempt, idempotencyKey, signal, clock, random, limits } = made
  const { maxAttempts } = policy
  const current = { replayToken: made.replayToken, key, isRunning: true }
  const call = (own: AbortSignal): unknown =>
    runInsideStep(current, () => work({ attempt, maxAttempts, idempotencyKey, logger: made.logger, signal: own }))
  const id = `${definitionId}/${key}`
  let returned: unknown
  try {
    returned =
      timeoutMs === undefined
        ? await call(signal)
        : await runUntilStopped({ signal, clock, definitionId: id, timeoutMs }, async (own) => call(own))
    current.isRunning = false
    const output: Json | undefined = toOutput(returned, { id }, limits)
    return { type: 'completed', ...(output !== undefined && { output }) }
  } catch (thrown) {
    current.isRunning = false
    if (isPermanent(thrown, returned, kind)) return { type: 'failed', error: toErrorInfo(thrown) }
    const failed = { policy, attempt, maxAttempts, now: clock.now(), random, limits }
    return toFailureOutcome(thrown, failed) as StepOutcome
  }
}

/** What another attempt cannot mend: a result that JSON or the engine does not take, or a send that was refused. */
function isPermanent(thrown: unknown, returned: unknown, kind: string | undefined): boolean {
  if (returned !== undefined) return NotSerializableError.isInstance(thrown) || OutputTooLargeError.isInstance(thrown)
  if (kind !== 'sendEvent' && kind !== 'runJob') return false
  const passing = [SendFailedError, RequestFailedError, StoreError, ClientClosedError, JobTimeoutError].some((known) =>
    known.isInstance(thrown),
  )
  return JobsError.isInstance(thrown) && !passing
}
