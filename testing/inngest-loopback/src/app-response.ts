import type { HttpReply } from './http-messages.ts'
import { parseRetryAfter } from './retry-after.ts'

/** Options of an operation. */
export interface OpOptions {
  readonly duration?: string
  readonly event?: string
  readonly if?: string
  readonly parallelMode?: string
  readonly timeout?: string
  readonly signal?: string
  readonly conflict?: string
  readonly url?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly auth_key?: string
  readonly format?: string
  readonly body?: unknown
}

/** An operation that an app reports or requests. */
export interface Op {
  readonly op: string
  readonly id: string
  readonly name?: string
  readonly displayName?: string
  readonly data?: unknown
  readonly error?: unknown
  readonly opts?: OpOptions | null
}

/** An app's instructions for the retry of a failed attempt. */
export interface RetryHints {
  readonly noRetry: boolean
  readonly retryAtMs: number | undefined
}

/** The meaning of an app's response. */
export type AppResponse =
  | { readonly kind: 'ops'; readonly ops: readonly Op[]; readonly version: number; readonly hints: RetryHints }
  | { readonly kind: 'result'; readonly data: unknown }
  | { readonly kind: 'error'; readonly error: unknown; readonly hints: RetryHints }

/** Reads an app's response as pkg/execution/driver/httpdriver does. */
export function readAppResponse(reply: HttpReply, nowMs: number): AppResponse {
  const headers = reply.headers ?? {}
  const hints = {
    noRetry: headers['x-inngest-no-retry'] === 'true',
    retryAtMs: parseRetryAfter(headers['retry-after'], nowMs),
  }
  const fromSdk = Boolean(headers['x-inngest-sdk'])
  const body = parseJson(reply.body ?? '')
  const fail = (message: string): AppResponse => ({ kind: 'error', error: toError(message), hints })

  if (reply.status < 200 || reply.status > 299) {
    return { kind: 'error', error: fromSdk ? body : toUpstreamError(reply), hints }
  }
  if (!fromSdk) return { kind: 'error', error: body || 'not_sdk', hints }
  // Workers report a permanent failure only by this hint.
  if (reply.status !== 206 && hints.noRetry) return { kind: 'error', error: body, hints }
  if (reply.status !== 206) return { kind: 'result', data: body }
  if (typeof body !== 'object' || body === null) return fail('error reading generator opcode response')
  const ops = [body].flat() as Op[]
  return { kind: 'ops', ops, version: Number(headers['x-inngest-req-version'] ?? 0), hints }
}

function toUpstreamError({ status, headers, body }: HttpReply): object {
  const message = `Your server returned HTTP ${status} before the SDK responded.`
  const stack = body && `Upstream response (${headers?.['content-type'] ?? 'unknown content-type'}):\n${body}`
  return { error: message, name: 'Server returned a fatal error', message, ...(stack && { stack }) }
}

/** Creates an error in the shape of the engine's own errors. */
export function toError(message: string): { error: string; name: string; message: string } {
  return { error: message, name: 'Error', message }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
