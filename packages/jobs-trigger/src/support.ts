import type { JobProvider } from '@cgk-platform/jobs-core'

import { triggerCapabilities } from './capabilities.ts'
import { findUnsupportedByTrigger } from './provider-options.ts'

/** Describes the support of Trigger.dev. The command line copies it, to check definitions where this package is missing. */
export const triggerSupport: Pick<JobProvider, 'name' | 'capabilities' | 'findUnsupported'> = {
  name: 'trigger.dev',
  capabilities: triggerCapabilities,
  findUnsupported: findUnsupportedByTrigger,
}
