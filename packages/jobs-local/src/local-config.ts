import type { Duration } from '@cgk-platform/jobs-core'
import {
  integer,
  declareOptions,
  duration,
  environment,
  group,
  invalidOption,
  type CheckedOptions,
  string,
  oneOf,
} from '@cgk-platform/jobs-core/provider'

/** What a process does with the jobs of a file that it shares with others. */
export type LocalRole = 'send' | 'work' | 'both'

/** How the local engine is set up. */
export interface LocalConfig {
  /** The most attempts under way at once in this process, over all jobs. Default 100. */
  concurrency?: number | undefined
  /** How many ended jobs are kept for reading and retrying, and for how long. Default 10,000 and `'24h'`. */
  retention?: { count?: number | undefined; age?: number | Duration | undefined } | undefined
  /**
   * Where jobs are kept: in this process's memory, or in a file that outlives it and that any number of processes of this
   * machine share. Default `'sqlite'` where a path is given or `JOB_LOCAL_PATH` is set, otherwise `'memory'`.
   */
  store?: 'memory' | 'sqlite' | undefined
  /** The file of the `sqlite` store. Its folder must exist. Default: `JOB_LOCAL_PATH`. */
  path?: string | undefined
  /**
   * What this process does with the jobs of the file: `'send'` sends, reads, cancels and retries, and runs none; `'work'`
   * runs them and stays alive for them, as after `client.start()`; `'both'` sends, and runs what is due while it lives.
   * Default `'both'`.
   */
  role?: LocalRole | undefined
  /**
   * How long nothing may be heard of a worker before others take its runs over. A worker that has ended is noticed at once;
   * this is for one that hangs, and longer than handlers block the event loop. At least `'1s'`. Default `'60s'`.
   */
  lease?: number | Duration | undefined
}

declare module '@cgk-platform/jobs-core/provider' {
  interface ProviderConfigTypes {
    local: LocalConfig
  }
}

/** The settings of an engine, all of them. */
export interface LocalSettings {
  readonly concurrency: number
  readonly retention: { readonly count: number; readonly ageMs: number }
  readonly role: LocalRole
  readonly leaseMs: number
  /** The file; none for memory. */
  readonly path: string | undefined
}

const retention = declareOptions<NonNullable<LocalConfig['retention']>>('`retention`', {
  count: integer(),
  age: duration(),
})

const options = declareOptions<LocalConfig, CheckedConfig>('the local engine', {
  concurrency: integer(),
  retention: group(retention),
  store: oneOf(['memory', 'sqlite']),
  path: string({ remedy: "Give the path of a file, such as `'./data/jobs.db'`." }),
  role: oneOf(['send', 'work', 'both']),
  lease: duration({ minMs: 1000, remedy: "Give at least one second: `'1s'`." }),
})

interface CheckedConfig extends Omit<CheckedOptions<LocalConfig>, 'retention'> {
  readonly retention?: { readonly count?: number; readonly ageMs?: number }
}

/** The settings with their defaults. @throws {InvalidOptionError} for one that cannot be used. */
export function toLocalSettings(config: LocalConfig): LocalSettings {
  const { concurrency = 100, retention: kept, role = 'both', leaseMs = 60_000, ...where } = options.read(config)
  const path = pathOf(where)
  if (path === undefined && role !== 'both') {
    const remedy = "Give `store: 'sqlite'` and a `path`, or leave `role` out."
    throw invalidOption('role', `is \`'${role}'\`, and memory is shared with no other process`, remedy)
  }
  return { concurrency, retention: { count: 10_000, ageMs: 86_400_000, ...kept }, role, leaseMs, path }
}

function pathOf({ store, path }: Pick<CheckedConfig, 'store' | 'path'>): string | undefined {
  if (store === 'memory') {
    if (path === undefined) return undefined
    throw invalidOption('path', 'is given, and memory has no file', "Use `store: 'sqlite'`, or leave `path` out.")
  }
  const chosen = path ?? (environment()['JOB_LOCAL_PATH'] || undefined)
  if (store === undefined || chosen !== undefined) return chosen
  const remedy = "Say where jobs are kept: `path: './data/jobs.db'`, or `JOB_LOCAL_PATH`."
  throw invalidOption('path', "is missing, which `store: 'sqlite'` needs", remedy)
}
