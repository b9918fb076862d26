/**
 * The same exports as `@cgk-platform/jobs/trigger`, for a lean deploy.
 *
 * @module jobs-trigger
 */

import { ProviderNotChosenError } from '@cgk-platform/jobs-core'
import { chooseProvider, environment, provideDefaultClient } from '@cgk-platform/jobs-core/provider'

import { createJobClient } from './create-job-client.ts'

export * from '@cgk-platform/jobs-core'

export { triggerCapabilities } from './capabilities.ts'
export { createJobClient, type TriggerClientOptions } from './create-job-client.ts'
export type { JobEvents } from './own-events.ts'
export type { TriggerOptions } from './provider-options.ts'
export { unknownDefinition } from './read/to-job-status.ts'
export type { TriggerConfig } from './trigger-config.ts'
export { createTriggerProvider, type TriggerInternals } from './trigger-provider.ts'

provideDefaultClient({
  create() {
    // With this package alone there is nothing to choose, unless the environment names another.
    const provider = environment()['JOB_PROVIDER'] ? chooseProvider() : 'trigger.dev'
    if (provider === 'trigger.dev') return createJobClient()
    throw new ProviderNotChosenError({
      problem: `the environment chooses \`${provider}\`, and only Trigger.dev's package is imported`,
      remedy: 'Import from `@cgk-platform/jobs`, or set `JOB_PROVIDER=trigger.dev`.',
    })
  },
  runsHere: () => false,
})
