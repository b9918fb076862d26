import { endpoint, type Route } from './endpoint.ts'
import { jsonReply } from './http-messages.ts'

const missing = 'Failed to generate presigned URL: Object store is not configured for protocol: default'

/** How clients ask for a place for large payloads: there is none, as on many self-hosted servers. */
export function createPacketsApi(): Route[] {
  const refuse = ([method, pattern]: readonly [string, string]): Route =>
    endpoint({ method, pattern, auth: 'secret', handle: () => jsonReply(500, { error: missing }) })
  return [
    refuse(['PUT', '/api/v2/packets/{path*}']),
    refuse(['GET', '/api/v1/packets/{path*}']),
    // Newer clients ask here first, and take the 404 of an older server for what it is.
    endpoint({
      method: 'GET',
      pattern: '/api/v1/runs/{run}/packets/{field}',
      auth: 'secret',
      handle: () => jsonReply(404, { error: 'Not Found' }),
    }),
  ]
}
