// What bundlers for edge runtimes take in place of `index.ts`, which needs modules of Node. It has the same names, so that an
// app on another engine can be built for such a runtime: the facade imports this package too.
import { UnsupportedFeatureError } from '@cgk-platform/jobs-core'
import { registerEngine } from '@cgk-platform/jobs-core/provider'

import { localEngine } from './descriptor.ts'

export * from '@cgk-platform/jobs-core'

export { localCapabilities, sqliteCapabilities } from './capabilities.ts'
export { createJobClient } from './create-job-client.ts'

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

registerEngine({ ...localEngine, create: createLocalProvider })
