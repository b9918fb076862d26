import type { SdkResponse } from './connect-messages.ts'
import type { HttpReply } from './http-messages.ts'

/** HTTP statuses by number: not completed, done, error. */
const statuses = [206, 200, 500]

/** Converts a worker's reply to the HTTP response of the same app (pkg/execution/driver/connectdriver). */
export function toHttpReply(response: SdkResponse): HttpReply {
  const { status, body, noRetry, retryAfter, sdkVersion, requestVersion } = response
  return {
    status: statuses[status] ?? 0,
    headers: {
      'content-type': 'application/json',
      'x-inngest-sdk': sdkVersion,
      'x-inngest-req-version': String(requestVersion),
      'x-inngest-no-retry': String(noRetry),
      ...(retryAfter !== undefined && { 'retry-after': retryAfter }),
    },
    body: Buffer.from(body).toString('utf8'),
  }
}
