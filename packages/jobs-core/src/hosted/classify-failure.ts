import type { Failure } from './request-failure.ts'

/** Where an engine is, for errors of the connection to it. */
export interface EngineAddress {
  /** The scheme, host and port: never the path, which may contain a key. */
  readonly origin: string
  /** The options and variables that set the address. */
  readonly settings: string
  /** How the engine is started there, where that is known. */
  readonly start?: string | undefined
}

/** An answer that is no success, or that cannot be read. */
export interface BadAnswer {
  readonly status: number
  /** The engine's own words, where the answer has some. */
  readonly words?: string | undefined
  /** What to do about it, as the end of a sentence. */
  readonly advice?: string | undefined
  /** How long the engine asks to be left alone, in milliseconds. */
  readonly retryAfterMs?: number | undefined
  /** Whether the engine itself answered. Default: whether there are words. */
  readonly isOwnWord?: boolean
  /** True for a success that was cut off on its way. */
  readonly isCut?: boolean
}

/** Errors of a connection that was never made: the request was not sent. */
const unreached = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']

/**
 * Errors of a server's certificate, which is checked before anything is sent, and of a server that speaks no TLS. Another
 * try meets the same one. Other errors of TLS may come in the middle of an answer.
 */
const untrusted =
  /^(?:CERT_|ERR_TLS_|ERR_SSL_WRONG_VERSION_NUMBER$|UNABLE_TO_|(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED)$)/

/** How deep causes are followed, since they may be circular. */
const deepest = 5

/** A failure that nothing but a change here or there can mend; the engine did nothing. */
export function certainFailure(problem: string, advice?: string): Failure {
  return { problem, advice, mayBeDone: false, isPassing: false, isOwnWord: false }
}

/** Whether another try may succeed where the answer has this status: the engine is overloaded, or restarts. */
export function isPassingStatus(status: number): boolean {
  return status === 408 || status === 429 || status >= 500
}

/** The failure that an answer tells. An unreadable success and an engine that broke down may have done what was asked. */
export function failureOfAnswer(answer: BadAnswer): Failure {
  const { status, words, advice, isCut = false, isOwnWord = words !== undefined } = answer
  const isPassing = isPassingStatus(status)
  const retryAfterMs = isPassing ? answer.retryAfterMs : undefined
  const what = status < 300 ? 'its answer cannot be read' : `it answered ${status}`
  const said = words === undefined ? '' : ` (${words})`
  const patience = retryAfterMs ? ` and asks to be left alone for ${Math.ceil(retryAfterMs / 1000)} s` : ''
  return {
    problem: `${what}${said}${patience}`,
    advice,
    status,
    mayBeDone: status < 400 || status === 408 || status >= 500,
    isPassing: isPassing || isCut,
    retryAfterMs,
    isOwnWord,
  }
}

/** The failure of a connection, by the error that ended it. */
export function failureOfConnection(cause: unknown, { origin, settings, start }: EngineAddress): Failure {
  const code = codeOf(cause)
  const problem = `the connection to ${origin} failed${code === undefined ? '' : ` (${code})`}`
  if (code !== undefined && untrusted.test(code)) {
    const trust = 'that this process trusts its certificate (`NODE_EXTRA_CA_CERTS`)'
    return certainFailure(problem, `check the address (${settings}), and ${trust}`)
  }
  const isUnreached = code !== undefined && unreached.includes(code)
  const look = `see that it runs there${start === undefined ? '' : ` (${start})`}`
  const advice = isUnreached ? `${look}, or correct the address (${settings})` : undefined
  return { problem, advice, mayBeDone: !isUnreached, isPassing: true, isOwnWord: false }
}

/** The failure of a request that had no answer in time. */
export function failureOfSilence(timeoutMs: number): Failure {
  return { problem: `no answer within ${timeoutMs} ms`, mayBeDone: true, isPassing: true, isOwnWord: false }
}

/** The header `retry-after` in milliseconds, where it can be read. It has seconds or a date. */
export function readRetryAfter(text: string | null | undefined, now: number): number | undefined {
  if (text === null || text === undefined) return undefined
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined
}

/** The code of a failed fetch is in its cause, and behind a name with several addresses one deeper. */
function codeOf(error: unknown, depth = 0): string | undefined {
  if (error === undefined || error === null || depth > deepest) return undefined
  const { code, errors, cause } = error as { code?: unknown; errors?: unknown; cause?: unknown }
  if (typeof code === 'string') return code
  return codeOf(Array.isArray(errors) && errors.length > 0 ? errors[0] : cause, depth + 1)
}
