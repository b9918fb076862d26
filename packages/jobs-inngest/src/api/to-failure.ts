import { type JsonResponse, type Failure, responseFailure, readRetryAfter } from '@cgk-platform/jobs-core/hosted'

/**
 * Converts an unsuccessful response of Inngest to a failure.
 *
 * @param remedyFor - returns the remedy for a status, as a sentence
 */
export function toFailure(
  { status, body, headers }: JsonResponse,
  now: number,
  remedyFor: (status: number) => string | undefined,
): Failure {
  const retryAfterMs = readRetryAfter(headers, now)
  return responseFailure({
    ...{ status, message: messageIn(body), remedy: remedyFor(status), retryAfterMs },
    isFromEngine: isFromInngest(body),
  })
}

/**
 * Returns true if a response is from Inngest itself. A wrong URL also returns 404, but does not mean that the resource
 * is missing.
 */
function isFromInngest(body: unknown): boolean {
  const { error, errors } = (body ?? {}) as { error?: unknown; errors?: unknown }
  const code: unknown = Array.isArray(errors) ? (errors[0] as { code?: unknown } | undefined)?.code : undefined
  return typeof error === 'string' || (typeof code === 'string' && code !== 'api_error') // the code for an unknown path
}

/** Returns Inngest's error message from a response body, of either API version. */
export function messageIn(body: unknown): string | undefined {
  const { error, errors, message } = (body ?? {}) as { error?: unknown; errors?: unknown; message?: unknown }
  const first = Array.isArray(errors) ? (errors[0] as { message?: unknown } | undefined)?.message : undefined
  return [first, error, message].find((one): one is string => typeof one === 'string' && one !== '')
}
