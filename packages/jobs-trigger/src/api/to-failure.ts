import { toErrorInfo } from '@cgk-platform/jobs-core/provider'

import type { Failure } from './request-failure.ts'

/** An answer that is no success, as the SDK's errors have it and a request of our own. */
export interface RefusedAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined
  /** The body's `error`, where the body is JSON. */
  readonly error?: unknown
  /** The whole body of a success that the SDK cannot read, where it is JSON. */
  readonly rawBody?: unknown
}

/** Errors of a connection that never stood: the request was not sent. */
const unreached = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']

/**
 * Errors of a server's certificate, which is looked at before anything is sent, and of one that speaks no TLS; asking again
 * meets the same one. Other errors of TLS may come in the middle of an answer.
 */
const untrusted =
  /^(?:CERT_|ERR_TLS_|ERR_SSL_WRONG_VERSION_NUMBER$|UNABLE_TO_|(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED)$)/

/** How deep causes are looked through, since they may go round. */
const deepest = 5

/**
 * What an error of the SDK tells. All that come from the API have one name; the one of a connection has no status.
 *
 * @param origin - where the server is, for the message
 */
export function toFailure(error: unknown, origin: string, now: number): Failure {
  const { name, status, cause } = (error ?? {}) as { name?: unknown; status?: unknown; cause?: unknown }
  if (name === 'ApiClientMissingError') {
    return { ...refused, problem: 'there is no key', advice: 'set `apiKey` or `TRIGGER_SECRET_KEY`' }
  }
  if (name === 'TriggerApiError' && typeof status === 'number') {
    return ofAnswer(error as RefusedAnswer, now)
  }
  if (name === 'TriggerApiError') return ofConnection(cause, origin)
  return { ...refused, problem: `its SDK failed: ${toErrorInfo(error).message}`, maybe: true }
}

/** What an answer tells that is no success, or that cannot be read. */
export function ofAnswer({ status, headers = {}, error, rawBody }: RefusedAnswer, now: number): Failure {
  // Cut off on its way, a proxy's page, or the answer of another version: what was asked for was perhaps done.
  if (status < 400) {
    return { ...refused, status, problem: 'its answer cannot be read', maybe: true, isPassing: rawBody === undefined }
  }
  const isPassing = status === 408 || status === 429 || status >= 500
  const retryAfterMs = isPassing ? retryAfterIn(headers, now) : undefined
  const words = wordsOf(error)
  const patience = retryAfterMs ? ` and asks to be left alone for ${Math.ceil(retryAfterMs / 1000)} s` : ''
  return {
    status,
    problem: `it answered ${status}${words === undefined ? '' : ` (${words})`}${patience}`,
    advice: adviceFor(status, words !== undefined),
    maybe: status === 408 || status >= 500,
    isPassing,
    retryAfterMs,
    isOwnWord: words !== undefined,
  }
}

/** What a connection's end tells. */
export function ofConnection(cause: unknown, origin: string): Failure {
  const code = codeOf(cause)
  const problem = `the connection to ${origin} failed${code === undefined ? '' : ` (${code})`}`
  if (code !== undefined && untrusted.test(code)) return { ...refused, problem, advice: adviceForCertificate }
  const isUnreached = code !== undefined && unreached.includes(code)
  const advice = isUnreached ? { advice: adviceForAddress } : {}
  return { problem, ...advice, maybe: !isUnreached, isPassing: true, isOwnWord: false }
}

/** That no answer came in time. */
export function ofSilence(timeoutMs: number): Failure {
  return { problem: `no answer within ${timeoutMs} ms`, maybe: true, isPassing: true, isOwnWord: false }
}

const refused = { maybe: false, isPassing: false, isOwnWord: false } as const

const adviceForAddress = 'see that it runs there, or correct the address (`apiUrl` or `TRIGGER_API_URL`)'

const adviceForCertificate =
  'check the address (`apiUrl` or `TRIGGER_API_URL`), and that this process trusts its certificate ' +
  '(`NODE_EXTRA_CA_CERTS`)'

function adviceFor(status: number, isOwnWord: boolean): string | undefined {
  switch (status) {
    case 401:
    case 403:
      return 'check the key (`apiKey` or `TRIGGER_SECRET_KEY`), which belongs to one environment of one project'
    case 404:
      return isOwnWord ? undefined : 'check the address (`apiUrl` or `TRIGGER_API_URL`)'
    case 413:
      return 'the payload is over the limit of the server'
    default:
      return undefined
  }
}

/** Trigger.dev's own words; the SDK puts a whole page in their place where the body is none of its own. */
function wordsOf(error: unknown): string | undefined {
  const words = typeof error === 'string' ? error : (error as { message?: unknown } | null | undefined)?.message
  return typeof words === 'string' && words !== '' ? words : undefined
}

function retryAfterIn(headers: Readonly<Record<string, string | undefined>>, now: number): number | undefined {
  const { 'retry-after': after, 'x-ratelimit-reset': reset } = headers
  const ms = after === undefined ? Number(reset) - now : toMs(after, now)
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined
}

function toMs(after: string, now: number): number {
  return /^\d+$/.test(after) ? Number(after) * 1000 : Date.parse(after) - now
}

/** The code of a failed fetch lies in its cause, and behind a name with several addresses one deeper. */
function codeOf(error: unknown, depth = 0): string | undefined {
  if (error === undefined || error === null || depth > deepest) return undefined
  const { code, errors, cause } = error as { code?: unknown; errors?: unknown; cause?: unknown }
  if (typeof code === 'string') return code
  return codeOf(Array.isArray(errors) && errors.length > 0 ? errors[0] : cause, depth + 1)
}
