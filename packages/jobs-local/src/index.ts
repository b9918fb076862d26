/**
 * The same exports as `@cgk-platform/jobs/local`, for a lean deploy.
 *
 * @module jobs-local
 */

import { createJobClient } from './create-job-client.ts'
import { provideDefault } from './provide-default.ts'

export * from '@cgk-platform/jobs-core'

export { localCapabilities, sqliteCapabilities } from './capabilities.ts'
export { addJobTables } from './store/sqlite/add-job-tables.ts'
export { createJobClient, type LocalClientOptions } from './create-job-client.ts'
export type { EngineView } from './engine/engine-view.ts'
export type { LocalConfig, LocalRole } from './local-config.ts'
export { createLocalProvider, type LocalInternals, type LocalProvider } from './local-provider.ts'
export type { JobEvents } from './own-events.ts'

provideDefault(createJobClient)
