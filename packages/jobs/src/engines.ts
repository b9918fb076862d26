import type { Duration } from '@cgk-platform/jobs-core'
import type { Engine } from '@cgk-platform/jobs-core/provider'
import { inngestEngine } from '@cgk-platform/jobs-inngest/descriptor'
import { localEngine } from '@cgk-platform/jobs-local/descriptor'
import { postgresEngine, type PostgresTransaction } from '@cgk-platform/jobs-postgres/descriptor'
import { triggerEngine } from '@cgk-platform/jobs-trigger/descriptor'

/**
 * The engines that this package can load. The CLI also uses this list before an app has installed an engine. Each
 * engine has a literal `import()` inside its own `try`: bundlers only follow literal imports, and only ignore a missing
 * package inside `try`. The imports name `/provider`, which does not export core: a bundler puts core's index into the
 * app's entry, and a module that imports the entry never loads while the entry awaits it. The build copies the
 * descriptors into this package.
 */
export const knownEngines: readonly Engine[] = [
  {
    ...triggerEngine,
    async load() {
      try {
        return (await import('@cgk-platform/jobs-trigger/provider')).createTriggerProvider
      } catch (cause) {
        return rethrow(cause)
      }
    },
  },
  {
    ...inngestEngine,
    async load() {
      try {
        return (await import('@cgk-platform/jobs-inngest/provider')).createInngestProvider
      } catch (cause) {
        return rethrow(cause)
      }
    },
  },
  {
    ...postgresEngine,
    async load() {
      try {
        return (await import('@cgk-platform/jobs-postgres/provider')).createPostgresProvider
      } catch (cause) {
        return rethrow(cause)
      }
    },
  },
  {
    ...localEngine,
    async load() {
      try {
        return (await import('@cgk-platform/jobs-local/provider')).createLocalProvider
      } catch (cause) {
        return rethrow(cause)
      }
    },
  },
]

/** Rethrows: core reports the missing package. Bundlers ignore a missing package because of the `catch`. */
function rethrow(cause: unknown): never {
  throw cause
}

/** The address and keys of Trigger.dev. Omitted options are read from the `TRIGGER_*` variables, as in its SDK. */
export interface TriggerConfig {
  /** The secret key of one environment. Default: `TRIGGER_SECRET_KEY`. */
  apiKey?: string | undefined
  /** The URL of your own server. Default: `TRIGGER_API_URL`, otherwise Trigger.dev's cloud. */
  apiUrl?: string | undefined
  /**
   * The branch of a preview environment. Default: the first of `TRIGGER_PREVIEW_BRANCH`, `VERCEL_GIT_COMMIT_REF` and
   * `TRIGGER_DEV_BRANCH` that is set.
   */
  previewBranch?: string | undefined
  /** The deployed version whose tasks run the jobs. Default: `TRIGGER_VERSION`, otherwise the current version. */
  version?: string | undefined
  /** The maximum wait of a rate-limited request before it fails. Default `'60s'`. */
  maxRateLimitWait?: number | Duration | undefined
}

/** The address and keys of Inngest. Omitted options are read from the `INNGEST_*` variables, as in its SDK. */
export interface InngestConfig {
  /** The key for sends. Default: `INNGEST_EVENT_KEY`. */
  eventKey?: string | undefined
  /** The key for reads, cancels and retries. Default: `INNGEST_SIGNING_KEY`. */
  signingKey?: string | undefined
  /**
   * The URL of your own server. Default: `INNGEST_BASE_URL`; otherwise the dev server, if `INNGEST_DEV` is set, or else
   * Inngest's cloud.
   */
  baseUrl?: string | undefined
  /** The URL of the server for reads, if it differs. Default: `INNGEST_API_BASE_URL`, otherwise `baseUrl`. */
  apiBaseUrl?: string | undefined
  /** The id of the Inngest app that serves the jobs. Default `jobs`. */
  appId?: string | undefined
  /** True for the dev server, which needs no keys. Default: true if `INNGEST_DEV` is set to anything but `0` or `false`. */
  isDev?: boolean | undefined
  /** Your own Inngest client. Cannot be combined with the settings above, except `apiBaseUrl`. */
  client?: { readonly id: string } | undefined
  /**
   * The maximum number of attempts running at once in a process that calls `client.start()`. Default:
   * `INNGEST_CONNECT_MAX_WORKER_CONCURRENCY`, otherwise 100.
   */
  concurrency?: number | undefined
  /** The maximum wait of a rate-limited request before it fails. Default `'60s'`. */
  maxRateLimitWait?: number | Duration | undefined
  /** The time for which your plan or your own server stores events. A longer `idempotencyTtl` is refused. Default `'24h'`. */
  eventHistory?: number | Duration | undefined
}

/** Options of the PostgreSQL engine. Set at most one of `connectionString`, `pool` and `pglite`. */
export interface PostgresConfig {
  /**
   * The URL of the database: `postgres://user:password@host:5432/database`. A process opens at most 4 connections to it,
   * one with `role: 'send'`, and those of `transactions`. Default: `DATABASE_URL`.
   */
  connectionString?: string | undefined
  /** Your app's own `Pool` of `pg`. The engine does not close it. One connection stays in use, to listen. */
  pool?: PostgresPool | undefined
  /** A `PGlite`: a PostgreSQL within this process, for tests and development. */
  pglite?: PostgresInProcess | undefined
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
  role?: 'send' | 'work' | 'both' | undefined
  /**
   * Time without a heartbeat after which other workers take over a worker's runs. Set it longer than the longest time that
   * a handler blocks the event loop. Minimum `'1s'`. Default `'30s'`.
   */
  lease?: number | Duration | undefined
  /** Number of ended jobs to retain for reading and retrying, and for how long. Default 10,000 and `'24h'`. */
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

/** A `Pool` of `pg`. */
export interface PostgresPool {
  connect(): Promise<unknown>
  end(): Promise<void>
  readonly options: object
}

/** A `PGlite`. */
export interface PostgresInProcess {
  exec(sql: string): Promise<unknown>
  listen(channel: string, callback: (payload: string) => void): Promise<() => Promise<void>>
}

declare module '@cgk-platform/jobs-core/provider' {
  interface LoadableEngines {
    'trigger.dev': TriggerConfig
    inngest: InngestConfig
    postgres: PostgresConfig
  }
  interface TransactionTypes {
    postgres: PostgresTransaction
  }
}
