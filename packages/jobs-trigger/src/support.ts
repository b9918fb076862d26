import type { JobProvider } from '@cgk-platform/jobs-core'

import { triggerCapabilities } from './capabilities.ts'
import { findUnsupportedByTrigger } from './provider-options.ts'

/** What Trigger.dev supports. The command line copies it, to check definitions where this package is not installed. */
export const triggerSupport: Pick<JobProvider, 'name' | 'capabilities' | 'findUnsupported'> = {
  name: 'trigger.dev',
  capabilities: triggerCapabilities,
  findUnsupported: findUnsupportedByTrigger,
}
