/**
 * The same exports as `@cgk-platform/jobs/trigger`, for apps that install only this engine.
 *
 * @module jobs-trigger
 */

import { registerEngine } from '@cgk-platform/jobs-core/provider'

import { triggerEngine } from './descriptor.ts'
import { createTriggerProvider } from './trigger-provider.ts'

export * from '@cgk-platform/jobs-core'

export { createJobClient } from './create-job-client.ts'
export { triggerCapabilities } from './capabilities.ts'
export type { JobEvents } from './job-events.ts'
export type { TriggerOptions } from './provider-options.ts'
export type { TriggerSendOptions } from './send/send-options.ts'
export { unknownDefinition } from './read/to-job-status.ts'
export type { TriggerConfig } from './trigger-config.ts'
export { createTriggerProvider, type TriggerInternals } from './trigger-provider.ts'

registerEngine({ ...triggerEngine, create: createTriggerProvider })
