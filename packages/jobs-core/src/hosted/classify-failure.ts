import { isTransientStatus } from '../errors/is-transient-status.ts'
import type { Failure } from './request-failure.ts'

/** The address of an engine, for messages about failed connections. */
export interface EngineAddress {
  /** The scheme, host and port: never the path, which may contain a key. */
  readonly origin: string
  /** The options and variables that set the address. */
  readonly settings: string
  /** A clause that names the command to start the engine there; absent if unknown. */
  readonly start?: string | undefined
}

/** An HTTP response that reports a failure, or whose body cannot be read. */
export interface FailedResponse {
  readonly status: number
  /** The engine's own error message; absent if the response has none. */
  readonly message?: string | undefined
  /** The remedy for the reader, as one or more sentences. Default: no known remedy. */
  readonly remedy?: string | undefined
  /** Delay that the engine requests before the next request, in milliseconds. Default: none. */
  readonly retryAfterMs?: number | undefined
  /** Whether the response came from the engine itself. Default: true if there is a `message`. */
  readonly isFromEngine?: boolean
  /** True if the response reports success but was cut off. */
  readonly isTruncated?: boolean
}

/** Codes of connections that were never established: the request was not sent. */
const notConnected = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]

/**
 * Codes of a server certificate that was rejected before anything was sent, and of a server without TLS. A retry
 * meets the same error. Other TLS errors can occur in the middle of a response.
 */
const notTrusted =
  /^(?:CERT_|ERR_TLS_|ERR_SSL_WRONG_VERSION_NUMBER$|UNABLE_TO_|(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED)$)/

/** Maximum number of nested causes to inspect. A chain of causes may be circular. */
const maxCauseDepth = 5

/** Returns a failure that no retry can fix. The engine did nothing. */
export function permanentFailure(problem: string, remedy?: string): Failure {
  return { problem, remedy, mayHaveSucceeded: false, isTransient: false, isFromEngine: false }
}

/**
 * Returns the failure that a response reports. The request may have succeeded if the response to a success is
 * unreadable or the engine crashed.
 */
export function responseFailure(response: FailedResponse): Failure {
  const { status, message, remedy, isTruncated = false, isFromEngine = message !== undefined } = response
  const isTransient = isTransientStatus(status)
  const retryAfterMs = isTransient ? response.retryAfterMs : undefined
  const what = status < 300 ? 'the response cannot be read' : `the server responded with ${status}`
  const reason = message === undefined ? '' : ` (${message})`
  const wait = retryAfterMs ? ` and wants no requests for ${Math.ceil(retryAfterMs / 1000)} s` : ''
  return {
    problem: `${what}${reason}${wait}`,
    remedy,
    status,
    mayHaveSucceeded: status < 400 || status === 408 || status >= 500,
    isTransient: isTransient || isTruncated,
    retryAfterMs,
    isFromEngine,
  }
}

/** Returns the failure of a connection. @param cause - the error that ended it */
export function connectionFailure(cause: unknown, { origin, settings, start }: EngineAddress): Failure {
  const code = codeOf(cause)
  const problem = `the connection to ${origin} failed${code === undefined ? '' : ` (${code})`}`
  if (code !== undefined && notTrusted.test(code)) {
    const trust = 'that this process trusts its certificate (`NODE_EXTRA_CA_CERTS`)'
    return permanentFailure(problem, `Check the address (${settings}), and ${trust}.`)
  }
  const isNotConnected = code !== undefined && notConnected.includes(code)
  const check = `Make sure that it is running there${start === undefined ? '' : ` (${start})`}`
  const remedy = isNotConnected ? `${check}, or correct the address (${settings}).` : undefined
  return { problem, remedy, mayHaveSucceeded: !isNotConnected, isTransient: true, isFromEngine: false }
}

/** Returns the failure of a request without a response in time. */
export function timeoutFailure(timeoutMs: number): Failure {
  return {
    problem: `no response within ${timeoutMs} ms`,
    mayHaveSucceeded: true,
    isTransient: true,
    isFromEngine: false,
  }
}

/** A failed `fetch` has the code in its cause, or one level deeper if the host has several addresses. */
function codeOf(error: unknown, depth = 0): string | undefined {
  if (error === undefined || error === null || depth > maxCauseDepth) return undefined
  const { code, errors, cause } = error as { code?: unknown; errors?: unknown; cause?: unknown }
  if (typeof code === 'string') return code
  return codeOf(Array.isArray(errors) && errors.length > 0 ? errors[0] : cause, depth + 1)
}
