import type { JobClient } from '@cgk-platform/jobs-core'
import { createEngineClient, type EngineClientOptions } from '@cgk-platform/jobs-core/provider'

import type { LocalConfig } from './local-config.ts'
import { createLocalProvider } from './local-provider.ts'

/** What `createJobClient` takes where the local engine is the only one installed. */
export type LocalClientOptions = EngineClientOptions<'local', LocalConfig>

/**
 * A client on the engine of this process, or on a provider of your own.
 *
 * @throws {InvalidOptionError} for another engine's name, a wrong setting, or settings beside a ready provider.
 */
export function createJobClient(options: LocalClientOptions = {}): JobClient {
  const engine = { name: 'local', title: 'the local engine', create: createLocalProvider, runsHere: true } as const
  return createEngineClient(engine, options)
}
