import type { JobProvider } from '@cgk-platform/jobs-core'
import { ClientClosedError, InvalidOptionError } from '@cgk-platform/jobs-core/errors'
import {
  type EnvelopeResult,
  bindLogger,
  type Clock,
  type Envelope,
  type JobHost,
  findUnsupportedOptions,
} from '@cgk-platform/jobs-core/provider'

import { checkCursor } from '../inspection/check-cursor.ts'
import { localCapabilities, sqliteCapabilities } from './capabilities.ts'
import { Engine } from '../engine/engine.ts'
import type { EngineView } from '../engine/engine-view.ts'
import { type OpenEngine, warnAtExit } from '../engine/warn-at-exit.ts'
import { healthOf } from './health-of.ts'
import { createInspection, type InspectedEngine } from '../inspection/create-inspection.ts'
import { type LocalConfig, type LocalSettings, toLocalSettings } from './local-config.ts'
import { addWithin } from '../store/add-within.ts'
import { changeNow } from '../store/change-now.ts'
import type { JobStore } from '../store/job-store.ts'
import { machineClock } from '../time/machine-clock.ts'
import { createMemoryStore } from '../store/memory/memory-store.ts'
import type { Migration } from '../store/sqlite/file/schema.ts'
import { migrateFile } from '../store/sqlite/migrate-file.ts'
import { createSqliteStore, type SqliteStoreOptions } from '../store/sqlite/sqlite-store.ts'
import { doInTurns } from '../time/steps.ts'
import { toJobStatus } from '../records/to-job-status.ts'
import { toSendFailures } from './to-send-failures.ts'
import { turnBatch } from '../rules/turn-batch.ts'
import { TurnLimit } from '../time/turn-limit.ts'
import { transactionOf } from './transaction-of.ts'
import { warnOfMemory } from './warn-of-memory.ts'
import { createWatchers } from '../inspection/watchers.ts'

/** Provider options that only a send accepts, with the remedy for a definition that sets one. */
const refused = { transaction: 'Pass it to `sendJob` instead.' }

/**
 * Well below the 15 s after which a cron tick counts as missed, so that a machine that wakes from sleep misses none.
 */
const maxSleepMs = 10_000

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

/** A provider that runs jobs in this process, with a view of its engine for the test kit. */
export interface LocalProvider extends JobProvider {
  /** The engine that runs the jobs. `undefined` until the provider is attached to a client. */
  readonly engine: EngineView | undefined
}

/**
 * Creates a provider that runs jobs in this process.
 *
 * @throws {InvalidOptionError} for an invalid option.
 */
export function createLocalProvider(config: LocalConfig = {}, internals: LocalInternals = {}): LocalProvider {
  const { clock = machineClock, random = Math.random, ownTime = false, migrations } = internals
  const settings = toLocalSettings(config)
  const { concurrency, role, path } = settings
  const capabilities = path === undefined ? localCapabilities : sqliteCapabilities
  const watchers = createWatchers()
  const reads = new TurnLimit(clock, turnBatch)
  const steps = new TurnLimit(clock, 1)
  let running: InspectedEngine | undefined
  let stopWarning = (): void => undefined
  const attached = () => {
    if (!running) throw new TypeError('Pass a local provider to a client first: `createJobClient({ provider })`.')
    return running
  }
  /**
   * Checks again that the engine is open: one that closed since the client's check would store a job and never run it.
   */
  const open = (operation: string) => {
    if (attached().engine.isClosed) throw new ClientClosedError({ operation })
    return attached()
  }

  return {
    specificationVersion: 'v1',
    name: 'local',
    capabilities,
    findUnsupported: (definition) => findUnsupportedOptions(definition, { provider: 'local', allowed: {}, refused }),
    sendOptions: Object.keys(refused),
    get engine() {
      return running?.engine
    },

    attach(host: JobHost) {
      if (path === undefined && clock === machineClock) warnOfMemory(host.logger)
      // Only a worker changes the schema of a file that others use.
      const isWorker = role !== 'send' && host.jobs.all().length > 0
      const ifOlder = isWorker ? 'migrate' : 'refuse'
      const countsWaiting = host.maxWaiting !== undefined
      const options = { logger: bindLogger(host.logger, {}), clock, ifOlder, steps: migrations, countsWaiting } as const
      const store = openStore(settings, options)
      const engine = new Engine({
        store,
        clock,
        host,
        concurrency,
        random,
        runsJobs: role !== 'send',
        exclusiveCron: !ownTime,
        maxSleepMs: ownTime ? Number.POSITIVE_INFINITY : maxSleepMs,
        changed: watchers.notify,
        changedExternally: () => watchers.notifyExternal((jobIds) => store.shared!.statesOf(jobIds)),
      })
      running = { engine, store, host }
      if (role === 'work') engine.start()
      if (clock === machineClock && role !== 'send') stopWarning = warnAtExit(toOpenEngine(engine, host, store))
    },

    async send(envelopes: readonly Envelope[]): Promise<readonly EnvelopeResult[]> {
      const { engine, store, host } = open('sendJob')
      const transaction = transactionOf(envelopes, store)
      try {
        const added = transaction
          ? store.shared!.addInTransaction(transaction, envelopes, clock.now(), host.maxWaiting)
          : changeNow(store, () => addWithin(store, envelopes, clock.now(), host.maxWaiting))
        engine.wake()
        watchers.notifyAll()
        return added instanceof Promise ? await added : added
      } catch (error) {
        return toSendFailures(envelopes, error)
      }
    },

    status: (id, tenantId) =>
      reads.run(() => {
        const job = running?.store.get(id, { tenantId })
        return job && toJobStatus(job)
      }),

    async cancel(id) {
      await attached().engine.cancel(id)
    },

    async retry(id) {
      const { engine, store } = open('retryJob')
      await changeNow(store, () => store.retry(id, clock.now()))
      watchers.notify(id)
      engine.wake()
    },

    async pause(target) {
      const { store } = open('pauseJobs')
      await changeNow(store, () => store.pauses.set(target, true, clock.now()))
    },

    async resume(target) {
      const { engine, store } = open('resumeJobs')
      await changeNow(store, () => store.pauses.set(target, false, clock.now()))
      engine.wake()
    },

    pauses: async () => attached().store.pauses.all(),

    async list(query) {
      checkCursor(query.cursor)
      const { jobs, cursor } = await doInTurns(attached().store.list(query), steps)
      return { jobs: jobs.map(toJobStatus), ...(cursor !== undefined && { cursor }) }
    },

    inspection: createInspection(attached, { watchers, reads, steps }),

    watch: watchers.watch,

    async health() {
      return { provider: 'local', ...healthOf(running?.engine, running?.store) }
    },

    ...(path !== undefined && { migrate: async ({ dryRun }) => migrateFile(path, dryRun, migrations) }),

    async start() {
      if (role === 'send') {
        const problem = "is `'send'`, so this process runs no jobs"
        throw new InvalidOptionError({ option: 'role', problem, remedy: "Use `'work'` or `'both'` in a worker." })
      }
      const { engine, store } = attached()
      engine.start()
      // After this write, other workers know the definitions of this process and do not treat their events as
      // unhandled.
      await changeNow(store, () => undefined)
    },

    async close({ timeoutMs }) {
      await running?.engine.close(timeoutMs)
      stopWarning()
    },
  }
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

function toOpenEngine(engine: Engine, { logger, jobs }: JobHost, { shared }: JobStore): OpenEngine {
  const bound = bindLogger(logger, {})
  const lostJobs = (): number => (shared ? 0 : engine.openJobs)
  // A process that has run jobs had a purpose besides its cron jobs, so it may exit without a warning.
  const idleCronJobs = (): number => (engine.hasHadJobs ? 0 : jobs.cronJobs().length)
  return {
    pendingWork: () => (lostJobs() > 0 || idleCronJobs() > 0 ? `${lostJobs()} ${idleCronJobs()}` : ''),
    warn() {
      const remedy = 'Call `client.start()` to keep it alive.'
      if (lostJobs() > 0) {
        const message = `The process is exiting, and the waiting jobs in its memory are lost. ${remedy}`
        bound.warn(message, { jobs: lostJobs() })
      } else {
        bound.warn(`The process is exiting, and its cron jobs stop ticking. ${remedy}`, { cronJobs: idleCronJobs() })
      }
    },
  }
}
