import type { Capabilities, JobProvider } from '@cgk-platform/jobs-core'
import { ClientClosedError, InvalidOptionError } from '@cgk-platform/jobs-core/errors'
import {
  type EnvelopeResult,
  bindLogger,
  type Clock,
  type Envelope,
  type JobHost,
  type AppTransaction,
  findUnsupportedOptions,
} from '@cgk-platform/jobs-core/provider'

import { checkCursor } from '../inspection/check-cursor.ts'
import { Engine } from '../engine/engine.ts'
import type { EngineView } from '../engine/engine-view.ts'
import { type OpenEngine, warnAtExit } from '../engine/warn-at-exit.ts'
import { healthOf, type StoreChecks } from './health-of.ts'
import { explainWaits } from '../inspection/explain-waits.ts'
import { createInspection, type InspectedEngine } from '../inspection/create-inspection.ts'
import type { EngineStore, MaybePromise } from '../store/engine-store.ts'
import { machineClock } from '../time/machine-clock.ts'
import { toJobStatus } from '../records/to-job-status.ts'
import { toSendFailures } from './to-send-failures.ts'
import { turnBatch } from '../rules/turn-batch.ts'
import { TurnLimit } from '../time/turn-limit.ts'
import { createWatchers } from '../inspection/watchers.ts'
import type { EngineRole } from './engine-options.ts'

/**
 * Well below the 15 s after which a cron tick counts as missed, so that a machine that wakes from sleep misses none.
 */
const maxSleepMs = 10_000

/** A store, with what its provider needs besides. */
export interface OpenedStore {
  readonly store: EngineStore
  /** Adds sent jobs in an open transaction of the app. Set if the capabilities include it. */
  readonly addInTransaction?: (
    transaction: AppTransaction,
    ...args: Parameters<EngineStore['add']>
  ) => ReturnType<EngineStore['add']>
  /** Makes the definitions of this process known to other workers. Default: does nothing. */
  readonly announce?: () => MaybePromise<void>
  /** Set if processes share the store. */
  readonly checks?: StoreChecks
}

/** The settings of a provider that runs jobs in this process. */
export interface EngineProviderOptions {
  readonly name: string
  readonly capabilities: Capabilities
  /** Maximum number of attempts running at once in this process. */
  readonly concurrency: number
  readonly role: EngineRole
  /** Source of time and timers. Default: the system clock. */
  readonly clock?: Clock | undefined
  /** Random number from 0 (inclusive) to 1 (exclusive), for jitter. Default `Math.random`. */
  readonly random?: (() => number) | undefined
  /** Whether this engine alone uses the clock, so that its cron jobs tick regardless of other engines. Default false. */
  readonly ownTime?: boolean | undefined
  /** Opens the store for a client. */
  readonly openStore: (host: JobHost) => OpenedStore
  /** Prepares the store for this version. Absent: nothing to prepare. */
  readonly migrate?: JobProvider['migrate'] | undefined
  /** Returns the statements of `migrate`. */
  readonly migrationSql?: JobProvider['migrationSql'] | undefined
}

/** A provider that runs jobs in this process, with a view of its engine for the test kit. */
export interface LocalProvider extends JobProvider {
  /** The engine that runs the jobs. `undefined` until the provider is attached to a client. */
  readonly engine: EngineView | undefined
}

interface RunningEngine extends InspectedEngine, Omit<OpenedStore, 'store'> {}

/** Creates a provider that runs jobs in this process, from any store. */
export function createEngineProvider(options: EngineProviderOptions): LocalProvider {
  const { name, capabilities, concurrency, role, openStore, migrate, migrationSql } = options
  const { clock = machineClock, random = Math.random, ownTime = false } = options
  const watchers = createWatchers()
  const reads = new TurnLimit(clock, turnBatch)
  let running: RunningEngine | undefined
  let stopWarning = (): void => undefined
  const attached = () => {
    if (!running) throw new TypeError(`Pass a ${name} provider to a client first: \`createJobClient({ provider })\`.`)
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
    name,
    capabilities,
    findUnsupported: (definition) => findUnsupportedOptions(definition, { provider: name, allowed: {}, refused: {} }),
    get engine() {
      return running?.engine
    },

    attach(host: JobHost) {
      const opened = openStore(host)
      const { store } = opened
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
      running = { ...opened, engine, host }
      if (role === 'work') engine.start()
      if (clock === machineClock && role !== 'send') stopWarning = warnAtExit(toOpenEngine(engine, host, store))
    },

    async send(envelopes: readonly Envelope[]): Promise<readonly EnvelopeResult[]> {
      const { engine, store, host, addInTransaction } = open('sendJob')
      try {
        const transaction = envelopes[0]?.transaction
        const adding = transaction
          ? addInTransaction!(transaction, envelopes, host.maxWaiting)
          : store.add(envelopes, host.maxWaiting)
        const added = adding instanceof Promise && !store.seesPending ? await adding : adding
        engine.wake()
        watchers.notifyAll()
        return added instanceof Promise ? await added : added
      } catch (error) {
        return toSendFailures(envelopes, name, error)
      }
    },

    status: (id, tenantId, tellsWaits = false) =>
      reads.run(async () => {
        const job = await running?.store.get(id, { tenantId })
        if (!job || !tellsWaits) return job && toJobStatus(job)
        return explainWaits(toJobStatus(job), job, { ...attached(), now: clock.now(), tenantId })
      }),

    async cancel(id) {
      await attached().engine.cancel(id)
    },

    async retry(id, traceparent) {
      const { engine, store } = open('retryJob')
      await store.retry(id, traceparent)
      watchers.notify(id)
      engine.wake()
    },

    async pause(target) {
      await open('pauseJobs').store.pauses.set(target, true)
      watchers.notifyAll()
    },

    async resume(target) {
      const { engine, store } = open('resumeJobs')
      await store.pauses.set(target, false)
      watchers.notifyAll()
      engine.wake()
    },

    pauses: async () => attached().store.pauses.all(),

    async list(query) {
      checkCursor(query.cursor)
      const { jobs, cursor } = await attached().store.list(query)
      return { jobs: jobs.map(toJobStatus), ...(cursor !== undefined && { cursor }) }
    },

    async erase(tenantId, until) {
      const part = await open('erase').store.erase(tenantId, until)
      if (part.erased > 0) watchers.notifyAll()
      return part
    },

    inspection: createInspection(attached, { watchers, reads, clock }),

    watch: watchers.watch,

    async health() {
      return { provider: name, ...(await healthOf(running)) }
    },

    ...(migrate && { migrate }),
    ...(migrationSql && { migrationSql }),

    async start() {
      if (role === 'send') {
        const problem = "is `'send'`, so this process runs no jobs"
        throw new InvalidOptionError({ option: 'role', problem, remedy: "Use `'work'` or `'both'` in a worker." })
      }
      const { engine, announce } = attached()
      engine.start()
      // Other workers would treat the events of unknown definitions as unhandled.
      await announce?.()
    },

    async close({ timeoutMs }) {
      await running?.engine.close(timeoutMs)
      stopWarning()
    },
  }
}

function toOpenEngine(engine: Engine, { logger, jobs }: JobHost, { shared }: EngineStore): OpenEngine {
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
