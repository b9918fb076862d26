import {
  type Accepted,
  bindLogger,
  checkOptionNames,
  ClientClosedError,
  type Clock,
  type Duration,
  type Envelope,
  InvalidOptionError,
  type JobHost,
  type JobProvider,
  systemClock,
  toMilliseconds,
} from '@cgk-platform/jobs-core'

import { localCapabilities } from './capabilities.ts'
import { Engine } from './engine/engine.ts'
import type { EngineView } from './engine/engine-view.ts'
import { type OpenEngine, warnAtExit } from './engine/warn-at-exit.ts'
import { createMemoryStore } from './store/memory-store.ts'
import { toJobStatus } from './to-job-status.ts'
import { createWatchers } from './watchers.ts'

/** Well below the 15 s after which a cron tick counts as missed, so that a machine that slept misses none once awake. */
const longestSleepMs = 10_000

/** How the local engine is set up. */
export interface LocalConfig {
  /** The most attempts under way at once, over all jobs. Default 100. */
  concurrency?: number | undefined
  /** How many ended jobs are kept for reading and retrying, and for how long. Default 10,000 and `'24h'`. */
  retention?: { count?: number | undefined; age?: number | Duration | undefined } | undefined
}

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
  readonly engine: EngineView | undefined
}

/** The engine of this process as a provider. @throws {InvalidOptionError} for a setting that cannot be used. */
export function createLocalProvider(config: LocalConfig = {}, internals: LocalInternals = {}): LocalProvider {
  const { clock = systemClock, random = Math.random, ownTime = false } = internals
  checkOptionNames('the local engine', config, ['concurrency', 'retention'])
  checkOptionNames('`retention`', config.retention, ['count', 'age'])
  const concurrency = countOf(config.concurrency ?? 100, 'concurrency')
  const store = createMemoryStore({
    count: countOf(config.retention?.count ?? 10_000, 'retention.count'),
    ageMs: toMilliseconds(config.retention?.age ?? '24h', 'retention.age'),
  })
  const watchers = createWatchers()
  let engine: Engine | undefined
  let stopWarning = (): void => undefined
  const attached = (): Engine => {
    if (!engine) throw new TypeError('A local provider is used through a client: `createJobClient({ provider })`.')
    return engine
  }
  /** The engine for what it shall begin: one that closed since the client looked would keep it and never run it. */
  const open = (operation: string): Engine => {
    if (attached().isClosed) throw new ClientClosedError({ operation })
    return attached()
  }

  return {
    specificationVersion: 'v1',
    name: 'local',
    capabilities: localCapabilities,
    get engine() {
      return engine
    },

    attach(host: JobHost) {
      if (engine) {
        const problem = 'has a client already'
        throw new InvalidOptionError({
          option: 'provider',
          problem,
          remedy: 'Make one local provider for each client.',
        })
      }
      const limits = { provider: 'local', minRetryDelayMs: localCapabilities.minRetryDelayMs }
      engine = new Engine({
        store,
        clock,
        host,
        limits,
        concurrency,
        random,
        exclusiveCron: !ownTime,
        longestSleepMs: ownTime ? Number.POSITIVE_INFINITY : longestSleepMs,
        changed: watchers.tell,
      })
      if (clock === systemClock) stopWarning = warnAtExit(toOpenEngine(engine, host))
    },

    async send(envelopes: readonly Envelope[]): Promise<Accepted[]> {
      const running = open('sendJob')
      const added = store.add(envelopes, clock.now())
      running.wake()
      await store.flush()
      return added.map(({ id, deduplicated }) => ({ ok: true, id, deduplicated }))
    },

    async status(id) {
      const job = store.get(id)
      return job && toJobStatus(job)
    },

    async cancel(id) {
      attached().cancel(id)
      await store.flush()
    },

    async retry(id) {
      const running = open('retryJob')
      store.retry(id, clock.now())
      watchers.tell(id)
      running.wake()
      await store.flush()
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
      const { jobs, cursor } = store.list(query)
      return { jobs: jobs.map(toJobStatus), ...(cursor !== undefined && { cursor }) }
    },

    watch: watchers.watch,

    async health() {
      const ok = engine !== undefined && !engine.isClosed
      const message = ok ? `runs in this process; jobs that have not ended: ${store.openJobs()}` : 'is closed'
      return { ok, provider: 'local', checks: [{ name: 'engine', ok, message }] }
    },

    async start() {
      attached().start()
    },

    async close({ timeoutMs }) {
      await engine?.close(timeoutMs)
      stopWarning()
    },
  }
}

function toOpenEngine(engine: Engine, { logger, jobs }: JobHost): OpenEngine {
  const bound = bindLogger(logger, {})
  // A process that sent something had another purpose than its cron jobs, and may well end.
  const idleCronJobs = (): number => (engine.hasHadJobs ? 0 : jobs.cronJobs().length)
  return {
    loss: () => (engine.openJobs > 0 || idleCronJobs() > 0 ? `${engine.openJobs} ${idleCronJobs()}` : ''),
    warn() {
      const remedy = '`client.start()` would keep it alive.'
      if (engine.openJobs > 0) {
        const message = `The process ends, and with it the jobs that wait: memory keeps none of them. ${remedy}`
        bound.warn(message, { jobs: engine.openJobs })
      } else {
        bound.warn(`The process ends, and its cron jobs tick no more. ${remedy}`, { cronJobs: idleCronJobs() })
      }
    },
  }
}

function countOf(value: unknown, option: string): number {
  if (Number.isSafeInteger(value) && (value as number) >= 1) return value as number
  const problem = `is \`${String(value)}\``
  throw new InvalidOptionError({ option, problem, remedy: 'Give a whole number of 1 or more.' })
}
