import type { SdkResponse } from './connect-messages.ts'
import type { HttpReply } from './http-messages.ts'

/** In the order of their numbers: not completed, done, error. */
const statuses = [206, 200, 500]

/** A worker's reply as the same app would have answered over HTTP (pkg/execution/driver/connectdriver). */
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
