import type { JobClient } from '@cgk-platform/jobs-core'
import { createEngineClient, type EngineClientOptions } from '@cgk-platform/jobs-core/provider'

import type { InngestConfig } from './inngest-config.ts'
import { createInngestProvider } from './inngest-provider.ts'

/** What `createJobClient` takes where Inngest is the only engine installed. */
export type InngestClientOptions = EngineClientOptions<'inngest', InngestConfig>

/**
 * A client on Inngest, or on a provider of your own.
 *
 * @throws {InvalidOptionError} for another engine's name, a wrong setting, or settings beside a ready provider.
 */
export function createJobClient(options: InngestClientOptions = {}): JobClient {
  return createEngineClient({ name: 'inngest', title: 'Inngest', create: createInngestProvider }, options)
}
