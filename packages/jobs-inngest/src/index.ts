/**
 * The same exports as `@cgk-platform/jobs/inngest`, for apps that use Inngest only.
 *
 * @module jobs-inngest
 */

import { registerEngine } from '@cgk-platform/jobs-core/provider'

import { inngestEngine } from './descriptor.ts'
import { createInngestProvider } from './inngest-provider.ts'

export * from '@cgk-platform/jobs-core'

export { createJobClient } from './create-job-client.ts'
export { inngestCapabilities } from './capabilities.ts'
export {
  createInngestFunctions,
  type InngestHostInternals,
  type InngestHostOptions,
} from './host/create-inngest-functions.ts'
export type { InngestConfig } from './inngest-config.ts'
export { createInngestProvider, type InngestInternals } from './inngest-provider.ts'
export type { JobEvents } from './job-events.ts'
export type { InngestOptions } from './provider-options.ts'

registerEngine({ ...inngestEngine, create: createInngestProvider })
