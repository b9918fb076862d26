// Bundlers for edge runtimes use this module instead of `index.ts`, which needs Node modules. The facade imports this
// package, so the same names must exist here for an app on another engine to build for an edge runtime.
import { UnsupportedFeatureError } from '@cgk-platform/jobs-core/errors'
import { registerEngine } from '@cgk-platform/jobs-core/provider'

import { localEngine } from './descriptor.ts'

export * from '@cgk-platform/jobs-core'

export { localCapabilities, sqliteCapabilities } from './provider/capabilities.ts'
export { createJobClient } from './create-job-client.ts'

/** Always throws: an edge runtime stops after its response, so a local engine could not run its jobs. */
export function createLocalProvider(): never {
  throw new UnsupportedFeatureError({
    provider: 'local',
    feature: 'an edge runtime',
    remedy:
      'The local engine needs a long-running Node process. Run this code on Node (in Next.js: `export const runtime = ' +
      "'nodejs'`), or use `inngest`, which accepts sends from an edge runtime.",
  })
}

/** Always throws, like `createLocalProvider`. */
export function addJobTables(): never {
  return createLocalProvider()
}

registerEngine({ ...localEngine, create: createLocalProvider })
