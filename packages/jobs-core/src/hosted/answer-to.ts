import { RequestFailedError } from '../errors/request-failed-error.ts'
import { SendFailedError } from '../errors/send-failed-error.ts'
import type { EnvelopeResult } from '../provider/job-provider.ts'
import { RequestFailure } from './request-failure.ts'

/** What an engine was asked, for errors. */
export interface Question {
  readonly provider: string
  /** The end of "did not answer". */
  readonly operation: string
  /** Whether it asks for a change that cannot be taken back. Default false. */
  readonly isChange?: boolean | undefined
}

/** The engine's answer. @throws {RequestFailedError} in place of a `RequestFailure`. */
export async function answerTo<T>(question: Question, asking: Promise<T>): Promise<T> {
  try {
    return await asking
  } catch (error) {
    throw error instanceof RequestFailure ? toRequestError(question, error) : error
  }
}

/**
 * The engine's answer, or `undefined` where the engine itself says with one of these statuses that there is none.
 *
 * @throws {RequestFailedError} in place of any other `RequestFailure`.
 */
export async function answerOrNothing<T>(
  question: Question,
  asking: Promise<T>,
  nothing: readonly number[] = [404],
): Promise<T | undefined> {
  const answer = asking.catch((error: unknown) => {
    if (!(error instanceof RequestFailure)) throw error
    const { status, isOwnWord } = error.failure
    if (status !== undefined && nothing.includes(status) && isOwnWord) return undefined
    throw error
  })
  return answerTo(question, answer)
}

/** A send that failed, as the client is told. */
export function notAccepted(
  send: { readonly event: string; readonly provider: string; readonly jobId?: string },
  { failure, cause }: RequestFailure,
): EnvelopeResult {
  const { problem, advice, mayBeDone } = failure
  const told = { ...send, problem, advice, accepted: mayBeDone ? 'maybe' : 'no' } as const
  return { ok: false, error: new SendFailedError(told, cause === undefined ? undefined : { cause }) }
}

function toRequestError({ provider, operation, isChange = false }: Question, thrown: RequestFailure) {
  const { failure, cause } = thrown
  const { problem, status, advice } = failure
  const mayBeDone = isChange && failure.mayBeDone
  const failed = { provider, operation, problem, status, advice, mayBeDone }
  return new RequestFailedError(failed, cause === undefined ? undefined : { cause })
}
