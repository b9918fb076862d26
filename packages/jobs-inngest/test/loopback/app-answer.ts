import type { HttpReply } from './http-messages.ts'
import { parseRetryAfter } from './retry-after.ts'

/** What the operations are told in detail. */
export interface OpOptions {
  readonly duration?: string
  readonly event?: string
  readonly if?: string
  readonly parallelMode?: string
  readonly timeout?: string
}

/** One thing that an app reports or asks for. */
export interface Op {
  readonly op: string
  readonly id: string
  readonly name?: string
  readonly displayName?: string
  readonly data?: unknown
  readonly error?: unknown
  readonly opts?: OpOptions | null
}

/** How a failed attempt shall be repeated. */
export interface RetryHints {
  readonly noRetry: boolean
  readonly retryAtMs: number | undefined
}

/** What an app's answer means. */
export type AppAnswer =
  | { readonly kind: 'ops'; readonly ops: readonly Op[]; readonly version: number; readonly hints: RetryHints }
  | { readonly kind: 'result'; readonly data: unknown }
  | { readonly kind: 'error'; readonly error: unknown; readonly hints: RetryHints }

/** Reads an app's answer as pkg/execution/driver/httpdriver does. */
export function readAppAnswer(reply: HttpReply, nowMs: number): AppAnswer {
  const headers = reply.headers ?? {}
  const hints = {
    noRetry: headers['x-inngest-no-retry'] === 'true',
    retryAtMs: parseRetryAfter(headers['retry-after'], nowMs),
  }
  const fromSdk = Boolean(headers['x-inngest-sdk'])
  const body = parseJson(reply.body ?? '')
  const fail = (message: string): AppAnswer => ({ kind: 'error', error: toError(message), hints })

  if (reply.status < 200 || reply.status > 299) {
    return { kind: 'error', error: fromSdk ? body : toUpstreamError(reply), hints }
  }
  if (!fromSdk) return { kind: 'error', error: body || 'not_sdk', hints }
  // A worker says no other way that a failure is final.
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

/** An error in the shape in which the engine itself reports one. */
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
