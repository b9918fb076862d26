import type { ValueCodec } from '../codec/value-codec.ts'
import { OutputTooLargeError } from '../errors/output-too-large-error.ts'
import type { Json } from '../values/json.ts'
import { type Attempt, inScope } from './attempt.ts'
import { encodeOutput } from './encode-output.ts'
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
}

/**
 * Ends an attempt at the end of its turn: classifies its failure, calls `onFailure` and finishes it.
 *
 * @param problem - why the clock could not tell the end of the turn; `undefined` if it could
 */
export function concludeAttempt(attempt: Attempt, end: CodeEnd, problem: unknown): void {
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
