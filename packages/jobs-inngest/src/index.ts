/**
 * The same exports as `@cgk-platform/jobs/inngest`, for a lean deploy.
 *
 * @module jobs-inngest
 */

import { ProviderNotChosenError } from '@cgk-platform/jobs-core'
import { chooseProvider, environment, provideDefaultClient } from '@cgk-platform/jobs-core/provider'

import { createJobClient } from './create-job-client.ts'

export * from '@cgk-platform/jobs-core'

export { inngestCapabilities } from './capabilities.ts'
export { createJobClient, type InngestClientOptions } from './create-job-client.ts'
export {
  createInngestFunctions,
  type InngestHostInternals,
  type InngestHostOptions,
} from './host/create-inngest-functions.ts'
export type { InngestConfig } from './inngest-config.ts'
export { createInngestProvider, type InngestInternals } from './inngest-provider.ts'
export type { JobEvents } from './own-events.ts'
export type { InngestOptions } from './provider-options.ts'

provideDefaultClient({
  create() {
    // With this package alone there is nothing to choose, unless the environment names another.
    const provider = environment()['JOB_PROVIDER'] ? chooseProvider() : 'inngest'
    if (provider === 'inngest') return createJobClient()
    throw new ProviderNotChosenError({
      problem: `the environment chooses \`${provider}\`, and only Inngest's package is imported`,
      remedy: 'Import from `@cgk-platform/jobs`, or set `JOB_PROVIDER=inngest`.',
    })
  },
  runsHere: () => false,
})
