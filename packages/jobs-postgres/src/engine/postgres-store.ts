import { bindLogger, type JobHost } from '@cgk-platform/jobs-core/provider'
import type { EngineStore, OpenedStore, Retention, Sharing } from '@cgk-platform/jobs-local/engine'

import type { DatabaseClock } from '../database/database-clock.ts'
import { appTransaction } from '../database/app-transaction.ts'
import type { Database, Queryable } from '../database/database.ts'
import { describeVersion } from '../database/migrate.ts'
import { inTransaction } from '../database/notifications.ts'
import type { PreparedDatabase } from '../database/open-database.ts'
import { untilAnswered } from '../database/retries.ts'
import { Changes } from '../store/changes.ts'
import { Passes } from '../store/claims/passes.ts'
import { ClockSkew } from '../store/reads/clock-skew.ts'
import { countFailures } from '../store/reads/count-failures.ts'
import { readHistory } from '../store/reads/read-history.ts'
import { countJobs } from '../store/reads/count-jobs.ts'
import { slotsOf } from '../store/reads/slots-of.ts'
import { listSummaries } from '../store/reads/list-summaries.ts'
import { countOpenJobs, countWaiting, readStates } from '../store/reads/open-work.ts'
import { listJobs, readJob } from '../store/reads/read-jobs.ts'
import { keyOf } from '../store/rows.ts'
import { Pauses } from '../store/runs/pauses.ts'
import { isEnd } from '../store/runs/settle-runs.ts'
import { hasOpenRun, Ticks } from '../store/runs/ticks.ts'
import { addWithin } from '../store/sends/add-within.ts'
import { SendQueue } from '../store/sends/send-queue.ts'
import { storedText } from '../store/stored-text.ts'
import { eraseJobs } from '../store/upkeep/erase-jobs.ts'
import { readGrowth } from '../store/upkeep/growth.ts'
import { Upkeep } from '../store/upkeep/upkeep.ts'
import { definitionsWithoutWorker, readWorkers } from '../store/workers/read-workers.ts'
import { Worker } from '../store/workers/worker.ts'
import { StepWriter } from '../store/workflows/step-writer.ts'
import { countParked } from '../store/workflows/wake-runs.ts'
import { PassRunner } from './pass-runner.ts'
import { RunOperations } from './run-operations.ts'
import { pollMs, WorkWatch } from './work-watch.ts'

/** The settings of a store in PostgreSQL. */
export interface PostgresStoreOptions {
  /** Has the tables before its first statement. */
  readonly database: PreparedDatabase
  readonly clock: DatabaseClock
  readonly host: Pick<JobHost, 'jobs' | 'logger'>
  readonly leaseMs: number
  readonly retention: Retention
  readonly tenantWeights: ReadonlyMap<string, number>
}

/** Opens a store whose jobs are in PostgreSQL, for any number of processes. */
export function openPostgresStore(options: PostgresStoreOptions): OpenedStore {
  const { database, clock, host, leaseMs, retention, tenantWeights } = options
  const logger = bindLogger(host.logger, {})
  const weights = new Map(Array.from(tenantWeights, ([tenant, weight]) => [storedText(tenant), weight]))
  const changes = new Changes({ database, logger, told: (hints) => watch.told(hints) })
  const worker = new Worker({
    database,
    changes,
    leaseMs,
    lost: () => watch.wake(),
    // The clocks of machines differ, and drift.
    tidied: () => void clock.synchronize(database).catch(() => undefined),
  })
  const watch = new WorkWatch(database, worker)
  const passes = new Passes({ database, worker, host, clock, weights, told: (hints) => watch.tell(hints) })
  const runner = new PassRunner({ queryable: database, changes, passes, worker, watch, clock })
  const ticks = new Ticks(changes)
  const sends = new SendQueue(database)
  const skew = new ClockSkew(database, clock)
  const steps = new StepWriter({ change: changes.make, clock })
  const runs = new RunOperations({
    database,
    changes,
    worker,
    clock,
    logger,
    savesOf: steps.savesOf,
    noted: (...change) => steps.noted(...change),
  })
  const upkeep = new Upkeep({ database, retention, isWorker: () => worker.isPublished })

  const shared: Sharing = {
    onChange: (listener) => watch.onChange(listener),
    isWorkWaiting: (now) => watch.hasReady(now) || !worker.isPublished,
    statesOf: (jobIds) => readStates(database, jobIds),
    publishDefinitions(definitions) {
      worker.publish(definitions)
      watch.mayHaveWork = true
      if (!watch.beginWork()) return
      ticks.open()
      upkeep.start()
    },
    eventsElsewhere: () => worker.events,
    workerOf: (run) => (keyOf(run).worker === 0 ? undefined : String(keyOf(run).worker)),
    workers: () => readWorkers(database),
    beginClosing: () => changes.beginClosing(),
    async dispose() {
      changes.dispose()
      await database.close()
    },
  }

  const store: EngineStore = {
    shared,
    transactions: runs.transactions,
    pauses: new Pauses(database, () => {
      watch.wake()
      watch.send('work')
    }),
    inspection: {
      list: (query) => listSummaries(database, query),
      count: (filter, by) => countJobs(database, filter, by),
      failures: (query) => countFailures(database, query),
      history: (query) => readHistory(database, query),
    },
    get opening() {
      return ticks.opening
    },
    get isChanging() {
      return runner.isBusy || changes.isBusy || runs.isSettling
    },
    begin: runner.begin,
    hasReady: (now) => watch.hasReady(now),
    nextDueAt: () => watch.nextDueAt,
    async add(envelopes, limits, isTick) {
      await skew.note(envelopes)
      const added = isTick
        ? await changes.make((transaction) => addWithin(within(transaction), envelopes, limits))
        : await untilAnswered(() => sends.add(envelopes, limits))
      watch.mayHaveWork = true
      watch.send('work', 'jobs')
      return added
    },
    get: (jobId, reads) => readJob(database, jobId, reads),
    async cancel(jobId) {
      const running = await runs.cancel(jobId)
      watch.send('jobs')
      return running
    },
    async retry(jobId, traceparent) {
      await runs.retry(jobId, traceparent)
      watch.send('jobs')
    },
    erase: (tenantId, until) => changes.make((transaction) => eraseJobs(transaction, tenantId, until)),
    list: (query) => listJobs(database, query),
    settle: (ended, recorded) =>
      runs.settle(ended, () => {
        // An attempt that follows has its own time, which the next pass reads.
        if (ended.some(({ outcome }) => outcome.type !== 'completed')) watch.mayHaveWork = true
        upkeep.countEnded(ended.filter(({ outcome }) => isEnd(outcome)).length)
        watch.send('jobs')
        recorded()
      }),
    saveStep: (run, step, saved) => steps.noted(run, steps.save(run, step).then(saved)),
    saveRecord: (run) => steps.noted(run, steps.saveRecord(run)),
    wakeRun: (run, done) => runs.wakeRun(run, done),
    release: (run, done) =>
      runs.release(run, () => {
        watch.mayHaveWork = true
        done()
      }),
    // The worker resumes them when it publishes its definitions.
    lookAgain: () => undefined,
    hasOpenRun: (cronJobId, tenantId) => hasOpenRun(database, cronJobId, tenantId),
    lastTick: (definitionId) => ticks.last(definitionId),
    setLastTick: (definitionId, tick) => ticks.set(definitionId, tick),
    slotsOf: (run) => slotsOf(database, run),
    waitingRuns: (max) => countWaiting(database, max),
    openJobs: (max = 2 ** 31 - 1) => countOpenJobs(database, max),
    parkedRuns: (max) => countParked(database, max),
    async close() {
      watch.stop()
      await Promise.all([runner.stop(), upkeep.stop()])
      await worker.close().catch(() => undefined) // its lease expires
      await watch.notifications.close()
      return []
    },
  }

  return {
    store,
    async addInTransaction(transaction, envelopes, limits) {
      const adding = within(appTransaction(transaction, database))
      const prepared = database.prepare().then(() => skew.note(envelopes))
      // Otherwise the app may hold the only connection until its transaction ends.
      if (database.hasOwnConnections) await prepared
      else prepared.catch(() => undefined)
      return addWithin(adding, envelopes, limits, inTransaction(database.schema, 'work', 'jobs'))
    },
    announce: async () => void (await worker.join()),
    checks: {
      place: 'the database',
      problem: async () => changes.problem?.message ?? (await readGrowth(database)),
      countWorkers: async () => (await readWorkers(database)).length,
      definitionsWithoutWorker: () => definitionsWithoutWorker(database),
      more: async () => [
        { name: 'schema', ok: true, message: await describeVersion(database) },
        ...(watch.isWorker
          ? [{ name: 'notifications', ok: true, message: awareness[watch.notifications.awareness] }]
          : []),
      ],
    },
  }
}

const awareness = {
  listening: 'listening: changes of other processes arrive at once',
  polling: `polling: this process looks for changes every ${pollMs.polling} ms, because no notification arrives, as behind a transaction pooler`,
}

/** Returns a transaction as a database. */
function within(transaction: Queryable): Database {
  return { query: (sql, values) => transaction.query(sql, values), transaction: (work) => work(transaction) }
}
