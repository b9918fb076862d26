import type { ValueCodec } from '../codec/value-codec.ts'
import { OutputTooLargeError } from '../errors/output-too-large-error.ts'
import type { Json } from '../values/json.ts'
import { type Attempt, inScope } from './attempt.ts'
import { encodeOutput } from './encode-output.ts'
import type { OpenTransaction } from '../engines/open-transaction.ts'
import { toError, toErrorInfo } from '../errors/error-info.ts'
import { finishAttempt } from './finish-attempt.ts'
import type { Outcome } from '../hooks/outcome.ts'
import { classifyFailure, isPermanentError, reportFailure } from './report-failure.ts'
import { untilAborted } from './open-envelope.ts'
import { stopOutcome } from './run-until-stopped.ts'

/** The end of the code of an attempt. */
export interface CodeEnd {
  /** The outcome, if the code completed. */
  readonly completed: Outcome | undefined
  /** The thrown value, if it did not complete. */
  readonly thrown: unknown
  /** True if the envelope or the output was being checked. An error of this library is then permanent. */
  readonly isChecking: boolean
  /** True if the code may still run. Default false. */
  readonly isRunning?: boolean
}

/**
 * Ends an attempt at the end of its turn: classifies its failure, calls `onFailure` and finishes it.
 *
 * @param problem - why the clock could not tell the end of the turn; `undefined` if it could
 */
export function concludeAttempt(attempt: Attempt, end: CodeEnd, problem: unknown): void {
  if (attempt.transaction) return void concludeTransaction(attempt, end, problem, attempt.transaction)
  let outcome: Outcome | undefined
  try {
    if (problem !== undefined) throw toError(problem)
    outcome = stopOutcome(attempt.options.signal) ?? end.completed
    if (attempt.host.codec && outcome?.type === 'completed' && outcome.output !== undefined) {
      return void concludeEncoded(attempt, outcome.output, attempt.host.codec)
    }
    if (!outcome) {
      const isPermanent = end.isChecking && isPermanentError(end.thrown)
      const failure = classifyFailure(attempt, end.thrown, isPermanent)
      outcome = failure.outcome
      if (outcome.type === 'failed' && attempt.definition.onFailure) {
        return void finishAfterReport(attempt, outcome, failure.thrown)
      }
    }
  } catch (error) {
    // The host's clock or random number generator threw. What a handler throws never gets here.
    outcome = { type: 'failed', error: toErrorInfo(error) }
  }
  finishAttempt(attempt, outcome)
}

/** Commits the outcome of code that completed together with its effects. Otherwise rolls back, and ends the attempt then. */
async function concludeTransaction(
  attempt: Attempt,
  { isRunning = false, ...end }: CodeEnd,
  problem: unknown,
  transaction: OpenTransaction<Outcome>,
): Promise<void> {
  attempt.transaction = undefined
  const { signal } = attempt.options
  let ended: CodeEnd = { ...end, completed: undefined }
  if (end.completed && problem === undefined && !signal.aborted) {
    try {
      const outcome = await untilAborted(signal, toStored(attempt, end.completed))
      signal.throwIfAborted()
      await transaction.commit(outcome!)
      return finishAttempt(attempt, outcome!)
    } catch (thrown) {
      ended = { completed: undefined, thrown, isChecking: OutputTooLargeError.isInstance(thrown) }
    }
  }
  await transaction.rollback(isRunning)
  concludeAttempt(attempt, ended, problem)
}

/** Returns an outcome as the engine stores it. */
async function toStored(attempt: Attempt, outcome: Outcome): Promise<Outcome> {
  const { codec } = attempt.host
  if (!codec || outcome.type !== 'completed' || outcome.output === undefined) return outcome
  return { type: 'completed', output: await encodeOutput(attempt, outcome.output, codec) }
}

/** Encodes the output of an attempt. An attempt whose output cannot be encoded has failed, and is retried. */
async function concludeEncoded(attempt: Attempt, output: Json, codec: ValueCodec): Promise<void> {
  const { signal } = attempt.options
  try {
    const encoded = await untilAborted(signal, encodeOutput(attempt, output, codec))
    finishAttempt(attempt, stopOutcome(signal) ?? { type: 'completed', output: encoded! })
  } catch (thrown) {
    const isChecking = OutputTooLargeError.isInstance(thrown)
    concludeAttempt(attempt, { completed: undefined, thrown, isChecking }, undefined)
  }
}

async function finishAfterReport(attempt: Attempt, outcome: Outcome, thrown: unknown): Promise<void> {
  await inScope(attempt, () => reportFailure(attempt, thrown), undefined)
  finishAttempt(attempt, outcome)
}
