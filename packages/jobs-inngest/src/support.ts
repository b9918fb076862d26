import type { JobProvider } from '@cgk-platform/jobs-core'

import { inngestCapabilities } from './capabilities.ts'
import { findUnsupportedByInngest } from './provider-options.ts'

/** Describes the support of Inngest. The command line copies it, to check definitions where this package is missing. */
export const inngestSupport: Pick<JobProvider, 'name' | 'capabilities' | 'findUnsupported'> = {
  name: 'inngest',
  capabilities: inngestCapabilities,
  findUnsupported: findUnsupportedByInngest,
}
