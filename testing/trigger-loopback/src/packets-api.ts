import { endpoint, type Route } from './endpoint.ts'
import { jsonReply } from './http-messages.ts'

const missing = 'Failed to generate presigned URL: Object store is not configured for protocol: default'

/** Creates the endpoints for large payloads. They reject uploads, as on many self-hosted servers. */
export function createPacketsApi(): Route[] {
  const reject = ([method, pattern]: readonly [string, string]): Route =>
    endpoint({ method, pattern, auth: 'secret', handle: () => jsonReply(500, { error: missing }) })
  return [
    reject(['PUT', '/api/v2/packets/{path*}']),
    reject(['GET', '/api/v1/packets/{path*}']),
    // Newer clients send this request first, and accept the 404 of an older server.
    endpoint({
      method: 'GET',
      pattern: '/api/v1/runs/{run}/packets/{field}',
      auth: 'secret',
      handle: () => jsonReply(404, { error: 'Not Found' }),
    }),
  ]
}
