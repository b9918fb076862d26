import { RequestFailedError } from '../errors/request-failed-error.ts'
import { SendFailedError } from '../errors/send-failed-error.ts'
import type { EnvelopeResult } from '../sends/envelope-result.ts'
import { RequestFailure } from './request-failure.ts'

/** Names a request in error messages. */
export interface RequestDescription {
  /** The engine's name. */
  readonly provider: string
  /** The operation, to complete "Failed to …". */
  readonly operation: string
  /** Whether the request makes a change that cannot be reversed. Default false. */
  readonly isMutation?: boolean | undefined
}

/** Awaits a request. @throws {RequestFailedError} if the request rejects with a `RequestFailure`. */
export async function resolveRequest<T>(description: RequestDescription, request: Promise<T>): Promise<T> {
  try {
    return await request
  } catch (error) {
    throw error instanceof RequestFailure ? toRequestError(description, error) : error
  }
}

/**
 * Awaits a request for something that may not exist. Returns `undefined` if the engine itself responds with a status of
 * `missingStatuses`.
 *
 * @param missingStatuses - default 404
 * @throws {RequestFailedError} if the request rejects with any other `RequestFailure`.
 */
export async function resolveOptionalRequest<T>(
  description: RequestDescription,
  request: Promise<T>,
  missingStatuses: readonly number[] = [404],
): Promise<T | undefined> {
  const response = request.catch((error: unknown) => {
    if (!(error instanceof RequestFailure)) throw error
    const { status, isFromEngine } = error.failure
    if (status !== undefined && missingStatuses.includes(status) && isFromEngine) return undefined
    throw error
  })
  return resolveRequest(description, response)
}

/** Returns the client's result of a failed send. */
export function failedSend(
  send: { readonly event: string; readonly provider: string; readonly jobId?: string },
  { failure, cause }: RequestFailure,
): EnvelopeResult {
  const { problem, remedy, mayHaveSucceeded } = failure
  const details = { ...send, problem, remedy, accepted: mayHaveSucceeded ? 'maybe' : 'no' } as const
  return { ok: false, error: new SendFailedError(details, cause === undefined ? undefined : { cause }) }
}

function toRequestError({ provider, operation, isMutation = false }: RequestDescription, thrown: RequestFailure) {
  const { failure, cause } = thrown
  const { problem, status, remedy } = failure
  const mayHaveSucceeded = isMutation && failure.mayHaveSucceeded
  const details = { provider, operation, problem, status, remedy, mayHaveSucceeded }
  return new RequestFailedError(details, cause === undefined ? undefined : { cause })
}
