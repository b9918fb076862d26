import { registerEngine } from '@cgk-platform/jobs-core/provider'

import { postgresEngine } from './descriptor.ts'
import { createPostgresProvider } from './provider/postgres-provider.ts'

/**
 * The PostgreSQL engine, plus the API of `@cgk-platform/jobs`.
 *
 * @module jobs-postgres
 */

export * from '@cgk-platform/jobs-core'

export { createJobClient } from './create-job-client.ts'
export { postgresCapabilities } from './provider/postgres-provider.ts'
export type { PostgresConfig } from './provider/postgres-config.ts'
export type { PgClient, PgPool, PgQuery } from './database/pg-pool.ts'
export type { PgliteLike, PgliteTransaction } from './database/pglite-database.ts'
export type { PostgresTransaction } from './database/transaction-clients.ts'
export { createPostgresProvider, type PostgresInternals, type PostgresProvider } from './provider/postgres-provider.ts'
export type { HandlerTransaction, JobEvents } from './job-events.ts'

registerEngine({ ...postgresEngine, create: createPostgresProvider })
