/**
 * OpenTelemetry for jobs: traces, metrics and the ids of the active trace for logs.
 *
 * @module jobs-otel
 */

export { observeJobs } from './observe-jobs.ts'
export { openTelemetry } from './open-telemetry.ts'
export type { OpenTelemetryOptions } from './options.ts'
export { traceFields } from './trace-fields.ts'
