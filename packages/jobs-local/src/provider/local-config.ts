import type { Duration } from '@cgk-platform/jobs-core'
import { declareOptions, environment, invalidOption, oneOf, string } from '@cgk-platform/jobs-core/provider'

import type { SqliteTransaction } from '../store/job-store.ts'
import { type CheckedEngineOptions, engineOptions, type EngineSettings, toEngineSettings } from './engine-options.ts'

/** The role of a process that shares a file of jobs with others. */
export type LocalRole = 'send' | 'work' | 'both'

/** Options of the local engine. */
export interface LocalConfig {
  /** Maximum number of attempts running at once in this process, across all jobs. Default 100. */
  concurrency?: number | undefined
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
   * Store of the jobs: this process's memory, or a file that outlives the process and that any number of processes on
   * this machine can share. Default `'sqlite'` if `path` or `JOB_LOCAL_PATH` is set, otherwise `'memory'`.
   */
  store?: 'memory' | 'sqlite' | undefined
  /** The file of the `sqlite` store. Its folder must exist. Default: `JOB_LOCAL_PATH`. */
  path?: string | undefined
  /**
   * Role of this process for the jobs in the file. `'send'` sends, reads, cancels and retries jobs, but runs none.
   * `'work'` runs jobs and keeps the process alive, like `client.start()`. `'both'` sends jobs, and runs due jobs while
   * the process runs. Default `'both'`.
   */
  role?: LocalRole | undefined
  /**
   * Time without a heartbeat after which other workers take over a worker's runs. A worker whose process has ended is
   * detected without waiting for the lease. The lease is for a worker that hangs: set it longer than the longest
   * time that a handler blocks the event loop. Minimum `'1s'`. Default `'60s'`.
   */
  lease?: number | Duration | undefined
  /**
   * The turns that a tenant gets in each round of the tenants with waiting runs: `{ tenant_123: 3 }`, each a number
   * from 0.001 to 1000. Default 1 for each tenant.
   */
  tenantWeights?: Readonly<Record<string, number>> | undefined
}

declare module '@cgk-platform/jobs-core/provider' {
  interface ProviderConfigTypes {
    local: LocalConfig
  }
  interface TransactionTypes {
    local: SqliteTransaction
  }
}

/** The options of the local engine with all defaults applied. */
export interface LocalSettings extends EngineSettings {
  /** The file; `undefined` for memory. */
  readonly path: string | undefined
}

const options = declareOptions<LocalConfig, CheckedConfig>('the local engine', {
  ...engineOptions,
  store: oneOf(['memory', 'sqlite']),
  path: string({ remedy: "Pass the path of a file, such as `'./data/jobs.db'`." }),
})

type CheckedConfig = CheckedEngineOptions & Pick<LocalConfig, 'store' | 'path'>

/** Checks the options and applies their defaults. @throws {InvalidOptionError} for an invalid option. */
export function toLocalSettings(config: LocalConfig): LocalSettings {
  const checked = options.read(config)
  const settings = toEngineSettings(checked, 60_000)
  const { role } = settings
  const path = pathOf(checked)
  if (path === undefined && role !== 'both') {
    const remedy = "Set `store: 'sqlite'` and a `path`, or omit `role`."
    throw invalidOption('role', `is \`'${role}'\`, but processes cannot share jobs in memory`, remedy)
  }
  return { ...settings, path }
}

function pathOf({ store, path }: Pick<CheckedConfig, 'store' | 'path'>): string | undefined {
  if (store === 'memory') {
    if (path === undefined) return undefined
    throw invalidOption('path', "is set, but `store: 'memory'` uses no file", "Use `store: 'sqlite'`, or omit `path`.")
  }
  const chosen = path ?? (environment()['JOB_LOCAL_PATH'] || undefined)
  if (chosen === ':memory:') {
    const option = path === undefined ? 'JOB_LOCAL_PATH' : 'path'
    throw invalidOption(option, 'is `:memory:`, which is not a file', "Use `store: 'memory'` without a `path`.")
  }
  if (store === undefined || chosen !== undefined) return chosen
  const remedy = "Set `path`, such as `'./data/jobs.db'`, or `JOB_LOCAL_PATH`."
  throw invalidOption('path', "is missing; `store: 'sqlite'` requires it", remedy)
}
