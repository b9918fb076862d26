import { bindLogger, type Clock, type JobHost } from '@cgk-platform/jobs-core/provider'

import { changeNow } from '../store/change-now.ts'
import type { JobStore, SharedStore } from '../store/job-store.ts'
import { createMemoryStore } from '../store/memory/memory-store.ts'
import type { Migration } from '../store/sqlite/file/schema.ts'
import { migrateFile } from '../store/sqlite/migrate-file.ts'
import { createSqliteStore, type SqliteStoreOptions } from '../store/sqlite/sqlite-store.ts'
import { createEngineStore } from '../store/synchronous-store.ts'
import { machineClock } from '../time/machine-clock.ts'
import { localCapabilities, sqliteCapabilities } from './capabilities.ts'
import { createEngineProvider, type LocalProvider, type OpenedStore } from './create-engine-provider.ts'
import type { StoreChecks } from './health-of.ts'
import { type LocalConfig, type LocalSettings, toLocalSettings } from './local-config.ts'
import { warnOfMemory } from './warn-of-memory.ts'

export type { LocalProvider } from './create-engine-provider.ts'

/** Additional settings for tests. */
export interface LocalInternals {
  /** Source of time and timers. Default: the system clock. */
  clock?: Clock | undefined
  /** Random number from 0 (inclusive) to 1 (exclusive), for jitter. Default `Math.random`. */
  random?: (() => number) | undefined
  /**
   * Whether this engine alone uses the clock. If so, its cron jobs tick regardless of what other engines do. Default
   * false.
   */
  ownTime?: boolean | undefined
  /** The steps of the file's schema. Default: those of this version. */
  migrations?: readonly Migration[] | undefined
}

/**
 * Creates a provider that runs jobs in this process.
 *
 * @throws {InvalidOptionError} for an invalid option.
 */
export function createLocalProvider(config: LocalConfig = {}, internals: LocalInternals = {}): LocalProvider {
  const { clock = machineClock, random, ownTime, migrations } = internals
  const settings = toLocalSettings(config)
  const { concurrency, role, path } = settings
  return createEngineProvider({
    name: 'local',
    capabilities: path === undefined ? localCapabilities : sqliteCapabilities,
    concurrency,
    role,
    clock,
    random,
    ownTime,
    migrate: path === undefined ? undefined : async ({ dryRun }) => migrateFile(path, dryRun, migrations),
    openStore(host) {
      if (path === undefined && clock === machineClock) warnOfMemory(host.logger)
      // Only a worker changes the schema of a file that others use.
      const isWorker = role !== 'send' && host.jobs.all().length > 0
      const ifOlder = isWorker ? 'migrate' : 'refuse'
      const countsWaiting = host.maxWaiting !== undefined
      const options = { logger: bindLogger(host.logger, {}), clock, ifOlder, steps: migrations, countsWaiting } as const
      return toOpenedStore(openStore(settings, options), clock, host)
    },
  })
}

type FileOptions = Pick<SqliteStoreOptions, 'logger' | 'ifOlder' | 'steps'> & {
  readonly clock: Clock
  readonly countsWaiting: boolean
}

function openStore(settings: LocalSettings, { countsWaiting, ...options }: FileOptions): JobStore {
  const { path, retention, leaseMs, tenantWeights } = settings
  if (path === undefined) return createMemoryStore(retention, options.clock, tenantWeights, countsWaiting)
  return createSqliteStore({ path, retention, leaseMs, tenantWeights, ...options })
}

function toOpenedStore(jobs: JobStore, clock: Clock, host: JobHost): OpenedStore {
  const store = createEngineStore(jobs, { clock, host })
  return {
    store,
    addInTransaction: (transaction, envelopes, limits) =>
      jobs.shared!.addInTransaction(transaction, envelopes, clock.now(), limits),
    // Each change of a file also writes the definitions of its process, if they have changed.
    announce: () => changeNow(jobs, () => undefined),
    ...(jobs.shared && { checks: toChecks(jobs.shared) }),
  }
}

function toChecks(shared: SharedStore): StoreChecks {
  return {
    place: 'the file',
    problem: () => shared.problem?.message ?? shared.growth,
    countWorkers: () => shared.countWorkers(),
    definitionsWithoutWorker: () => shared.definitionsWithoutWorker(),
  }
}
