import { ClientClosedError, InvalidOptionError, type JobProvider, type LoggerLike } from '@cgk-platform/jobs-core'
import {
  type EnvelopeResult,
  bindLogger,
  type Clock,
  type Envelope,
  type JobHost,
  limitsOf,
  findUnsupportedOptions,
  systemClock,
} from '@cgk-platform/jobs-core/provider'

import { localCapabilities, sqliteCapabilities } from './capabilities.ts'
import { Engine } from './engine/engine.ts'
import type { EngineView } from './engine/engine-view.ts'
import { type OpenEngine, warnAtExit } from './engine/warn-at-exit.ts'
import { healthOf } from './health-of.ts'
import { type LocalConfig, type LocalSettings, toLocalSettings } from './local-config.ts'
import { changeNow } from './store/change-now.ts'
import type { JobStore } from './store/job-store.ts'
import { createMemoryStore } from './store/memory/memory-store.ts'
import { createSqliteStore } from './store/sqlite/sqlite-store.ts'
import { toJobStatus } from './to-job-status.ts'
import { transactionOf } from './transaction-of.ts'
import { createWatchers } from './watchers.ts'

/** What this engine takes of a send alone, by name, with what a definition is told that asks for it. */
const refused = { transaction: 'It is an option of a send.' }

/** Well below the 15 s after which a cron tick counts as missed, so that a machine that slept misses none once awake. */
const longestSleepMs = 10_000

/** What tests set besides. */
export interface LocalInternals {
  /** Default: the machine's clock. */
  clock?: Clock | undefined
  /** From 0 up to 1, for jitter. Default `Math.random`. */
  random?: (() => number) | undefined
  /** True where time is the engine's own, so that its cron jobs tick whatever other engines do. */
  ownTime?: boolean | undefined
}

/** A provider that runs jobs, and a look into its engine for the test kit. */
export interface LocalProvider extends JobProvider {
  /** What runs the jobs; absent until the provider is attached, and where it only sends. */
  readonly engine: EngineView | undefined
}

/**
 * The engine of this process as a provider.
 *
 * @throws {InvalidOptionError} for a setting that cannot be used.
 */
export function createLocalProvider(config: LocalConfig = {}, internals: LocalInternals = {}): LocalProvider {
  const { clock = systemClock, random = Math.random, ownTime = false } = internals
  const settings = toLocalSettings(config)
  const { concurrency, role, path } = settings
  const capabilities = path === undefined ? localCapabilities : sqliteCapabilities
  const watchers = createWatchers()
  let parts: { readonly engine: Engine; readonly store: JobStore } | undefined
  let stopWarning = (): void => undefined
  const attached = () => {
    if (!parts) throw new TypeError('A local provider is used through a client: `createJobClient({ provider })`.')
    return parts
  }
  /** The engine for what it shall begin: one that closed since the client looked would keep it and never run it. */
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
      return parts?.engine
    },

    attach(host: JobHost) {
      const store = openStore(settings, host.logger, () => clock.now())
      const engine = new Engine({
        store,
        clock,
        host,
        limits: limitsOf('local', capabilities),
        concurrency,
        random,
        works: role !== 'send',
        exclusiveCron: !ownTime,
        longestSleepMs: ownTime ? Number.POSITIVE_INFINITY : longestSleepMs,
        changed: watchers.tell,
        changedElsewhere: () => watchers.tellChanged((jobIds) => store.shared!.statesOf(jobIds)),
      })
      parts = { engine, store }
      if (role === 'work') engine.start()
      if (clock === systemClock && role !== 'send') stopWarning = warnAtExit(toOpenEngine(engine, host, store))
    },

    async send(envelopes: readonly Envelope[]): Promise<readonly EnvelopeResult[]> {
      const { engine, store } = open('sendJob')
      const transaction = transactionOf(envelopes, store)
      const added = transaction
        ? store.shared!.addWithin(transaction, envelopes, clock.now())
        : changeNow(store, () => store.add(envelopes, clock.now()))
      engine.wake()
      return (await added).map(({ id, deduplicated }) => ({ ok: true, id, deduplicated }))
    },

    async status(id) {
      const job = parts?.store.get(id)
      return job && toJobStatus(job)
    },

    async cancel(id) {
      await attached().engine.cancel(id)
    },

    async retry(id) {
      const { engine, store } = open('retryJob')
      await changeNow(store, () => store.retry(id, clock.now()))
      watchers.tell(id)
      engine.wake()
    },

    async list(query) {
      if (query.cursor !== undefined && !/^[0-9A-Z]{26}$/.test(query.cursor)) {
        const problem = 'is not one that `listJobs` gave'
        throw new InvalidOptionError({
          option: 'cursor',
          problem,
          remedy: 'Pass the `cursor` of the page before, as it is.',
        })
      }
      const { jobs, cursor } = attached().store.list(query)
      return { jobs: jobs.map(toJobStatus), ...(cursor !== undefined && { cursor }) }
    },

    watch: watchers.watch,

    async health() {
      return { provider: 'local', ...healthOf(parts?.engine, parts?.store) }
    },

    async start() {
      if (role === 'send') {
        const problem = "is `'send'`, so that this process runs no jobs"
        throw new InvalidOptionError({ option: 'role', problem, remedy: "Use `'work'` or `'both'` in a worker." })
      }
      const { engine, store } = attached()
      engine.start()
      // Once what waits is written, the others know which jobs this process has: none of them takes an event for one that
      // nobody handles.
      await changeNow(store, () => undefined)
    },

    async close({ timeoutMs }) {
      await parts?.engine.close(timeoutMs)
      stopWarning()
    },
  }
}

function openStore({ path, retention, leaseMs }: LocalSettings, logger: LoggerLike, now: () => number): JobStore {
  if (path === undefined) return createMemoryStore(retention)
  return createSqliteStore({ path, retention, leaseMs, logger: bindLogger(logger, {}), now })
}

function toOpenEngine(engine: Engine, { logger, jobs }: JobHost, { shared }: JobStore): OpenEngine {
  const bound = bindLogger(logger, {})
  const lostJobs = (): number => (shared ? 0 : engine.openJobs)
  // A process that sent something had another purpose than its cron jobs, and may well end.
  const idleCronJobs = (): number => (engine.hasHadJobs ? 0 : jobs.cronJobs().length)
  return {
    loss: () => (lostJobs() > 0 || idleCronJobs() > 0 ? `${lostJobs()} ${idleCronJobs()}` : ''),
    warn() {
      const remedy = '`client.start()` would keep it alive.'
      if (lostJobs() > 0) {
        const message = `The process ends, and with it the jobs that wait: memory keeps none of them. ${remedy}`
        bound.warn(message, { jobs: lostJobs() })
      } else {
        bound.warn(`The process ends, and its cron jobs tick no more. ${remedy}`, { cronJobs: idleCronJobs() })
      }
    },
  }
}
