// What bundlers for edge runtimes take in place of `index.ts`, which needs modules of Node. It has the same names, so that an
// app on another engine can be built for such a runtime: the facade imports this package too.
import { type JobClient, UnsupportedFeatureError } from '@cgk-platform/jobs-core'
import { createEngineClient } from '@cgk-platform/jobs-core/provider'

import type { LocalClientOptions } from './create-job-client.ts'
import { provideDefault } from './provide-default.ts'

export * from '@cgk-platform/jobs-core'

export { localCapabilities, sqliteCapabilities } from './capabilities.ts'
export type { LocalClientOptions } from './create-job-client.ts'
export type { EngineView } from './engine/engine-view.ts'
export type { LocalConfig, LocalRole } from './local-config.ts'
export type { LocalInternals, LocalProvider } from './local-provider.ts'
export type { JobEvents } from './own-events.ts'

/** Refuses: an edge runtime ends when it has answered, and with it all that a local engine would have to run. */
export function createLocalProvider(): never {
  throw new UnsupportedFeatureError({
    provider: 'local',
    feature: 'an edge runtime',
    remedy:
      'It runs jobs in a process of Node that stays. Run this code on Node (in Next.js: `export const runtime = ' +
      "'nodejs'`), or choose `inngest`, which can be sent to from here.",
  })
}

/** Refuses, as `createLocalProvider` does. */
export function addJobTables(): never {
  return createLocalProvider()
}

/** A client on a provider of your own; the local engine is refused. @throws {UnsupportedFeatureError} for that engine. */
export function createJobClient(options: LocalClientOptions = {}): JobClient {
  return createEngineClient({ name: 'local', title: 'the local engine', create: createLocalProvider }, options)
}

provideDefault(createJobClient)
