import type { Capabilities, Definition } from '@cgk-platform/jobs-core'
import type { ClientOptions } from '@cgk-platform/jobs-core/provider'

import { conformanceHooks } from './conformance-hooks.ts'
import { conformanceInstrumentation } from './conformance-instrumentation.ts'
import { type ConformanceCode, conformanceJobs } from './conformance-jobs.ts'
import { conformanceMiddleware } from './conformance-middleware.ts'
import { conformanceLogger } from './conformance-logger.ts'
import { conformanceReturnedErrors } from './conformance-returned-errors.ts'

/** Returns the options for the client under test, and for the host that runs its jobs. */
export function conformanceOptions(
  capabilities?: Capabilities,
  code?: ConformanceCode,
): Required<Pick<ClientOptions, 'hooks' | 'middleware' | 'instrument' | 'logger' | 'returnedErrors'>> & {
  jobs: readonly Definition[]
} {
  return {
    jobs: conformanceJobs(capabilities, code),
    hooks: conformanceHooks(),
    middleware: conformanceMiddleware(),
    instrument: conformanceInstrumentation(),
    logger: conformanceLogger(),
    returnedErrors: conformanceReturnedErrors(),
  }
}
