import type { JobClient } from '@cgk-platform/jobs-core'
import { createEngineClient, type EngineClientOptions } from '@cgk-platform/jobs-core/provider'

import type { TriggerConfig } from './trigger-config.ts'
import { createTriggerProvider } from './trigger-provider.ts'

/** What `createJobClient` takes where Trigger.dev is the only engine installed. */
export type TriggerClientOptions = EngineClientOptions<'trigger.dev', TriggerConfig>

/**
 * A client on Trigger.dev, or on a provider of your own.
 *
 * @throws {InvalidOptionError} for another engine's name, a wrong setting, or settings beside a ready provider.
 */
export function createJobClient(options: TriggerClientOptions = {}): JobClient {
  return createEngineClient({ name: 'trigger.dev', title: 'Trigger.dev', create: createTriggerProvider }, options)
}
