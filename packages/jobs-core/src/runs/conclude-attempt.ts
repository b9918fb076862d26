import { type Attempt, inScope } from './attempt.ts'
import { toError, toErrorInfo } from '../errors/error-info.ts'
import { finishAttempt } from './finish-attempt.ts'
import type { Outcome } from '../hooks/outcome.ts'
import { classifyFailure, isPermanentError, reportFailure } from './report-failure.ts'
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

async function finishAfterReport(attempt: Attempt, outcome: Outcome, thrown: unknown): Promise<void> {
  await inScope(attempt, () => reportFailure(attempt, thrown), undefined)
  finishAttempt(attempt, outcome)
}
