import { endpoint, type Route } from './endpoint.ts'

/** Creates endpoints that accept and discard traces, logs and metrics, because an attempt awaits their delivery. */
export function createTelemetryApi(): Route[] {
  return [endpoint({ method: 'POST', pattern: '/otel/{rest*}', auth: 'none', handle: () => ({ value: {} }) })]
}
