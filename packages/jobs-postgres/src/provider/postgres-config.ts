import type { Duration } from '@cgk-platform/jobs-core'
import {
  custom,
  declareOptions,
  environment,
  integer,
  invalidOption,
  kindOf,
  string,
} from '@cgk-platform/jobs-core/provider'
import {
  type CheckedEngineOptions,
  engineOptions,
  type EngineRole,
  type EngineSettings,
  toEngineSettings,
} from '@cgk-platform/jobs-local/engine'

import type { PostgresPlace } from '../database/open-database.ts'
import type { PgPool } from '../database/pg-pool.ts'
import type { PgliteLike } from '../database/pglite-database.ts'
import type { PostgresTransaction } from '../database/transaction-clients.ts'

/** Options of the PostgreSQL engine. Set at most one of `connectionString`, `pool` and `pglite`. */
export interface PostgresConfig {
  /**
   * The URL of the database: `postgres://user:password@host:5432/database`. A process opens at most 4 connections to it,
   * one with `role: 'send'`, and those of `transactions`. Default: `DATABASE_URL`.
   */
  connectionString?: string | undefined
  /** Your app's own `Pool` of `pg`. The engine does not close it. One connection stays in use, to listen. */
  pool?: PgPool | undefined
  /** A `PGlite`: a PostgreSQL within this process, for tests and development. */
  pglite?: PgliteLike | undefined
  /** The schema with the tables of the jobs. The first process creates it. Default `'jobs'`. */
  schema?: string | undefined
  /**
   * Most transactions of handlers and steps with `transaction: true` at once in this process. Each has a connection of its
   * own, and others wait. With `pool`, two of its connections are left for the engine. Default 4.
   */
  transactions?: number | undefined
  /** Maximum number of attempts running at once in this process, across all jobs. Default 100. */
  concurrency?: number | undefined
  /**
   * Role of this process. `'send'` sends, reads, cancels and retries jobs, but runs none. `'work'` runs jobs and keeps the
   * process alive, like `client.start()`. `'both'` sends jobs, and runs due jobs while the process runs. Default `'both'`.
   */
  role?: EngineRole | undefined
  /**
   * Time without a heartbeat after which other workers take over a worker's runs. Set it longer than the longest time that
   * a handler blocks the event loop. Minimum `'1s'`. Default `'30s'`.
   */
  lease?: number | Duration | undefined
  /**
   * Number of ended jobs to retain for reading and retrying, and for how long. Default 10,000 and `'24h'`. Failed jobs are
   * counted by themselves. Default 10,000 and `'30d'`.
   */
  retention?:
    | {
        count?: number | undefined
        age?: number | Duration | undefined
        failed?: { count?: number | undefined; age?: number | Duration | undefined } | undefined
      }
    | undefined
  /**
   * The turns that a tenant gets in each round of the tenants with waiting runs: `{ tenant_123: 3 }`, each a number from
   * 0.001 to 1000. Default 1 for each tenant.
   */
  tenantWeights?: Readonly<Record<string, number>> | undefined
}

declare module '@cgk-platform/jobs-core/provider' {
  interface ProviderConfigTypes {
    postgres: PostgresConfig
  }
  interface TransactionTypes {
    postgres: PostgresTransaction
  }
}

/** The options with all defaults applied. */
export interface PostgresSettings extends EngineSettings {
  /** Returns where the tables are. @throws {InvalidOptionError} if nothing names a database, or not properly. */
  readonly place: () => PostgresPlace
  readonly schema: string
  /** False if the app owns the connections. */
  readonly hasOwnConnections: boolean
  readonly transactions: number
}

type CheckedConfig = CheckedEngineOptions &
  Pick<PostgresConfig, 'connectionString' | 'pool' | 'pglite' | 'schema' | 'transactions'>

const urlRemedy = "Pass a URL such as `'postgres://user:password@host:5432/database'`."

const options = declareOptions<PostgresConfig, CheckedConfig>('the PostgreSQL engine', {
  connectionString: string({ remedy: urlRemedy }),
  pool: withMethod<PgPool>('connect', 'Pass a `Pool` of `pg`.'),
  pglite: withMethod<PgliteLike>('transaction', 'Pass a `PGlite`.'),
  schema: string({ remedy: "Pass the name of a schema, such as `'jobs'`." }),
  transactions: integer(),
  ...engineOptions,
})

/** Checks the options and applies their defaults. @throws {InvalidOptionError} for an invalid option. */
export function toPostgresSettings(config: PostgresConfig): PostgresSettings {
  const checked = options.read(config)
  const { schema = 'jobs', transactions = 4 } = checked
  // The name of the channel contains it, and has at most 63 bytes.
  if (!/^[a-z_][a-z0-9_]{0,49}$/i.test(schema)) {
    const problem = `is \`${schema}\``
    throw invalidOption('schema', problem, 'Use at most 50 letters, digits and `_`, not beginning with a digit.')
  }
  const hasOwnConnections = !checked.pool && !checked.pglite
  return { ...toEngineSettings(checked, 30_000), place: placeOf(checked), schema, hasOwnConnections, transactions }
}

/** The environment is read at the first use, as its variables choose the engine before that. */
function placeOf({ connectionString, pool, pglite }: CheckedConfig): () => PostgresPlace {
  const given = { connectionString, pool, pglite }
  const [first, second] = Object.entries(given).filter(([, value]) => value !== undefined)
  if (first && second) {
    throw invalidOption(second[0], `is set, and so is \`${first[0]}\``, 'Set one of them: the database to use.')
  }
  if (pool) return () => ({ pool })
  if (pglite) return () => ({ pglite })
  if (connectionString !== undefined) {
    checkUrl(connectionString, 'connectionString')
    return () => ({ connectionString })
  }
  return () => {
    const url = environment()['DATABASE_URL']
    if (!url) throw invalidOption('connectionString', 'is missing', `Set it or \`DATABASE_URL\`. ${urlRemedy}`)
    checkUrl(url, 'DATABASE_URL')
    return { connectionString: url }
  }
}

/** Never shows the value: it can contain a password. */
function checkUrl(url: string, option: string): void {
  if (!/^postgres(ql)?:\/\//.test(url)) throw invalidOption(option, 'is not a URL of PostgreSQL', urlRemedy)
}

function withMethod<T>(method: string, remedy: string) {
  return custom<T, T>((value: unknown, name, createError) => {
    if (typeof (value as Record<string, unknown> | null)?.[method] === 'function') return value as T
    throw createError(name, `is ${kindOf(value)}`, remedy)
  })
}
