import {
  permanentFailure,
  type Failure,
  responseFailure,
  connectionFailure,
  readRetryAfter,
  toErrorInfo,
} from '@cgk-platform/jobs-core/provider'

/** An answer that is no success, as the SDK's errors have it and a request of our own. */
export interface ErrorResponse {
  readonly status: number
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined
  /** The body's `error`, where the body is JSON. */
  readonly error?: unknown
  /** The whole body of a success that the SDK cannot read, where it is JSON. */
  readonly rawBody?: unknown
}

/** What sets the address of the server. */
export const addressSettings = '`apiUrl` or `TRIGGER_API_URL`'

/**
 * What an error of the SDK tells. All that come from the API have one name; the one of a connection has no status.
 *
 * @param origin - where the server is, for the message
 */
export function toFailure(error: unknown, origin: string, now: number): Failure {
  const { name, status, cause } = (error ?? {}) as { name?: unknown; status?: unknown; cause?: unknown }
  if (name === 'ApiClientMissingError')
    return permanentFailure('there is no key', 'Set `apiKey` or `TRIGGER_SECRET_KEY`.')
  if (name === 'TriggerApiError') {
    return typeof status === 'number'
      ? toResponseFailure(error as ErrorResponse, now)
      : connectionFailure(cause, { origin, settings: addressSettings })
  }
  return { ...permanentFailure(`its SDK failed: ${toErrorInfo(error).message}`), mayHaveSucceeded: true }
}

/** What an answer tells that is no success, or that cannot be read. */
export function toResponseFailure({ status, headers = {}, error, rawBody }: ErrorResponse, now: number): Failure {
  // Cut off on its way, a proxy's page, or the answer of another version.
  if (status < 400) return responseFailure({ status, isTruncated: rawBody === undefined })
  const message = messageOf(error)
  const { 'retry-after': after, 'x-ratelimit-reset': reset } = headers
  const retryAfterMs = after === undefined ? untilReset(reset, now) : readRetryAfter(after, now)
  return responseFailure({ status, message, remedy: remedyFor(status, message !== undefined), retryAfterMs })
}

function remedyFor(status: number, isFromEngine: boolean): string | undefined {
  switch (status) {
    case 401:
    case 403:
      return 'Check the key (`apiKey` or `TRIGGER_SECRET_KEY`), which belongs to one environment of one project.'
    case 404:
      return isFromEngine ? undefined : `Check the address (${addressSettings}).`
    case 413:
      return 'The payload is over the limit of the server.'
    default:
      return undefined
  }
}

/** Trigger.dev's own words; the SDK puts a whole page in their place where the body is none of its own. */
function messageOf(error: unknown): string | undefined {
  const message = typeof error === 'string' ? error : (error as { message?: unknown } | null | undefined)?.message
  return typeof message === 'string' && message !== '' ? message : undefined
}

/** Trigger.dev's own header has the instant from which it may be asked again, epoch milliseconds. */
function untilReset(reset: string | undefined, now: number): number | undefined {
  const ms = Number(reset) - now
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined
}
