import { type JsonResponse, type Failure, responseFailure, readRetryAfter } from '@cgk-platform/jobs-core/provider'

/**
 * What an answer of Inngest's tells that is no success.
 *
 * @param remedyFor - returns what to do about a status, as a sentence
 */
export function toFailure(
  { status, body, headers }: JsonResponse,
  now: number,
  remedyFor: (status: number) => string | undefined,
): Failure {
  const retryAfterMs = readRetryAfter(headers.get('retry-after'), now)
  return responseFailure({
    ...{ status, message: wordsIn(body), remedy: remedyFor(status), retryAfterMs },
    isFromEngine: isFromEngine(body),
  })
}

/** A wrong address answers 404, too: only Inngest itself can say that there is no such thing. */
function isFromEngine(body: unknown): boolean {
  const { error, errors } = (body ?? {}) as { error?: unknown; errors?: unknown }
  const code: unknown = Array.isArray(errors) ? (errors[0] as { code?: unknown } | undefined)?.code : undefined
  return typeof error === 'string' || (typeof code === 'string' && code !== 'api_error') // that is of an unknown path
}

/** Inngest's own words for what is wrong, in the forms of both versions of its API. */
export function wordsIn(body: unknown): string | undefined {
  const { error, errors, message } = (body ?? {}) as { error?: unknown; errors?: unknown; message?: unknown }
  const first = Array.isArray(errors) ? (errors[0] as { message?: unknown } | undefined)?.message : undefined
  return [first, error, message].find((one): one is string => typeof one === 'string' && one !== '')
}
