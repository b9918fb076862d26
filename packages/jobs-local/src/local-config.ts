import { type Duration, InvalidOptionError } from '@cgk-platform/jobs-core'
import { checkOptionNames, environment, toMilliseconds } from '@cgk-platform/jobs-core/provider'

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

/** The settings of an engine, all of them. */
export interface LocalSettings {
  readonly concurrency: number
  readonly retention: { readonly count: number; readonly ageMs: number }
  readonly role: LocalRole
  readonly leaseMs: number
  /** The file; none for memory. */
  readonly path: string | undefined
}

const roles: readonly unknown[] = ['send', 'work', 'both'] satisfies LocalRole[]
const shortestLeaseMs = 1000

/** The settings with their defaults. @throws {InvalidOptionError} for one that cannot be used. */
export function toLocalSettings(config: LocalConfig): LocalSettings {
  checkOptionNames('the local engine', config, ['concurrency', 'retention', 'store', 'path', 'role', 'lease'])
  checkOptionNames('`retention`', config.retention, ['count', 'age'])
  const { role = 'both', lease = '60s' } = config
  const path = pathOf(config)
  if (!roles.includes(role)) {
    const remedy = "Use `'send'`, `'work'` or `'both'`."
    throw new InvalidOptionError({ option: 'role', problem: `is \`${String(role)}\``, remedy })
  }
  if (path === undefined && role !== 'both') {
    const problem = `is \`'${role}'\`, and memory is shared with no other process`
    const remedy = "Give `store: 'sqlite'` and a `path`, or leave `role` out."
    throw new InvalidOptionError({ option: 'role', problem, remedy })
  }
  const leaseMs = toMilliseconds(lease, 'lease')
  if (leaseMs < shortestLeaseMs) {
    throw new InvalidOptionError({ option: 'lease', problem: `is ${leaseMs} ms`, remedy: 'Give at least one second.' })
  }
  return {
    concurrency: countOf(config.concurrency ?? 100, 'concurrency'),
    retention: {
      count: countOf(config.retention?.count ?? 10_000, 'retention.count'),
      ageMs: toMilliseconds(config.retention?.age ?? '24h', 'retention.age'),
    },
    role,
    leaseMs,
    path,
  }
}

function pathOf({ store, path }: LocalConfig): string | undefined {
  if (store !== undefined && store !== 'memory' && store !== 'sqlite') {
    const remedy = "Use `'memory'` or `'sqlite'`."
    throw new InvalidOptionError({ option: 'store', problem: `is \`${String(store)}\``, remedy })
  }
  if (path !== undefined && (typeof path !== 'string' || path === '')) {
    const remedy = "Give the path of a file, such as `'./data/jobs.db'`."
    throw new InvalidOptionError({ option: 'path', problem: `is \`${String(path)}\``, remedy })
  }
  if (store === 'memory') {
    if (path === undefined) return undefined
    const remedy = "Use `store: 'sqlite'`, or leave `path` out."
    throw new InvalidOptionError({ option: 'path', problem: 'is given, and memory has no file', remedy })
  }
  const chosen = path ?? (environment()['JOB_LOCAL_PATH'] || undefined)
  if (store === undefined || chosen !== undefined) return chosen
  const remedy = "Say where jobs are kept: `path: './data/jobs.db'`, or `JOB_LOCAL_PATH`."
  throw new InvalidOptionError({ option: 'path', problem: "is missing, which `store: 'sqlite'` needs", remedy })
}

function countOf(value: unknown, option: string): number {
  if (Number.isSafeInteger(value) && (value as number) >= 1) return value as number
  const problem = `is \`${String(value)}\``
  throw new InvalidOptionError({ option, problem, remedy: 'Give a whole number of 1 or more.' })
}
