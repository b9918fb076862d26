/**
 * The same exports as `@cgk-platform/jobs/local`, in a package with fewer dependencies.
 *
 * @module jobs-local
 */

import { registerEngine } from '@cgk-platform/jobs-core/provider'

import { localEngine } from './descriptor.ts'
import { createLocalProvider } from './provider/local-provider.ts'

export * from '@cgk-platform/jobs-core'

export { createJobClient } from './create-job-client.ts'
export { localCapabilities, sqliteCapabilities } from './provider/capabilities.ts'
export { addJobTables } from './store/sqlite/add-job-tables.ts'
export type { EngineView } from './engine/engine-view.ts'
export type { LocalConfig, LocalRole } from './provider/local-config.ts'
export { createLocalProvider, type LocalInternals, type LocalProvider } from './provider/local-provider.ts'
export type { JobEvents } from './job-events.ts'
export type { SqliteTransaction } from './store/job-store.ts'

registerEngine({ ...localEngine, create: createLocalProvider })
