import { endpoint, type Route } from './endpoint.ts'

/** Takes traces, logs and metrics, and forgets them: an attempt waits for their delivery. */
export function createTelemetryApi(): Route[] {
  return [endpoint({ method: 'POST', pattern: '/otel/{rest*}', auth: 'none', handle: () => ({ value: {} }) })]
}
