/**
 * Background jobs on the engine that you configure. Most apps import this module alone.
 *
 * @module jobs
 */

import { chooseProvider, provideDefaultClient } from '@cgk-platform/jobs-core/provider'

import { createJobClient } from './create-job-client.ts'

export * from '@cgk-platform/jobs-core'

export {
  createJobClient,
  type InngestConfig,
  type JobClientOptions,
  type LocalEngineConfig,
  type ProviderChoice,
  type TriggerConfig,
} from './create-job-client.ts'
export type { JobEvents } from './own-events.ts'

provideDefaultClient({ create: () => createJobClient(), runsHere: () => chooseProvider() === 'local' })
