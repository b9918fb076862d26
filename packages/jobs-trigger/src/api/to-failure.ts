import {
  permanentFailure,
  type Failure,
  responseFailure,
  connectionFailure,
  readRetryAfter,
} from '@cgk-platform/jobs-core/hosted'
import { toErrorInfo } from '@cgk-platform/jobs-core/provider'

/** A failed response, from an error of the SDK or from a request of this package. */
export interface ErrorResponse {
  readonly status: number
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined
  /** The `error` field of a JSON body. */
  readonly error?: unknown
  /** The complete JSON body of a success that the SDK cannot read. */
  readonly rawBody?: unknown
}

/** The settings of the server's address, for error messages. */
export const addressSettings = '`apiUrl` or `TRIGGER_API_URL`'

/**
 * Converts an error of the SDK. All API errors have the same name, and a connection error has no status.
 *
 * @param origin - the server's origin, for the message
 */
export function toFailure(error: unknown, origin: string, now: number): Failure {
  const { name, status, cause } = (error ?? {}) as { name?: unknown; status?: unknown; cause?: unknown }
  if (name === 'ApiClientMissingError')
    return permanentFailure('the key is missing', 'Set `apiKey` or `TRIGGER_SECRET_KEY`.')
  if (name === 'TriggerApiError') {
    return typeof status === 'number'
      ? toResponseFailure(error as ErrorResponse, now)
      : connectionFailure(cause, { origin, settings: addressSettings })
  }
  return { ...permanentFailure(`the SDK failed: ${toErrorInfo(error).message}`), mayHaveSucceeded: true }
}

/** Converts a response that is not a success, or that cannot be read. */
export function toResponseFailure({ status, headers = {}, error, rawBody }: ErrorResponse, now: number): Failure {
  // A truncated response, a proxy's page, or the response of another server version.
  if (status < 400) return responseFailure({ status, isTruncated: rawBody === undefined })
  const message = messageOf(error)
  const retryAfterMs = readRetryAfter({ get: (name) => headers[name] ?? null }, now)
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
      return 'Send a smaller payload: this one is over the limit of the server.'
    default:
      return undefined
  }
}

/** Returns Trigger.dev's error message. If the body is not from Trigger.dev, the SDK's error contains no message. */
function messageOf(error: unknown): string | undefined {
  const message = typeof error === 'string' ? error : (error as { message?: unknown } | null | undefined)?.message
  return typeof message === 'string' && message !== '' ? message : undefined
}
