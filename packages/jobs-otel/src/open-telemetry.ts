import type { Instrumentation } from '@cgk-platform/jobs-core'

import { type OpenTelemetryOptions, options } from './options.ts'
import { startAttempt } from './start-attempt.ts'
import { startSend } from './start-send.ts'
import { startSettle } from './start-settle.ts'
import { globalTelemetry } from './telemetry.ts'
import { traceFields } from './trace-fields.ts'

/**
 * Returns the instrumentation for the option `instrument` of a client or a host. It uses the OpenTelemetry SDK of your
 * app, and does nothing until there is one.
 *
 * @throws {InvalidOptionError} for an invalid option.
 */
export function openTelemetry(given: OpenTelemetryOptions = {}): Instrumentation {
  const checked = options.read(given)
  const telemetry = globalTelemetry()
  return {
    startSend: (send) => startSend(telemetry, checked, send),
    startAttempt: (attempt, batch) => startAttempt(telemetry, checked, attempt, batch),
    startSettle: (job) => startSettle(telemetry, job),
    isEnabled: () => telemetry.tracer() !== undefined || telemetry.instruments() !== undefined,
    logFields: traceFields,
  }
}
