import type { RunLimits, StoredRun } from '@cgk-platform/jobs-local/engine'
import { expect, test } from 'vitest'

import type { Database, Queryable } from '../../src/database/database.ts'
import { lockBatches } from '../../src/store/claims/batches.ts'
import { RunClaims } from '../../src/store/claims/claim-runs.ts'
import { toHeldRuns } from '../../src/store/claims/hold-runs.ts'
import { Hints } from '../../src/store/changes.ts'
import { cancelJob } from '../../src/engine/cancel-job.ts'
import { releaseSlots } from '../../src/store/runs/slots.ts'
import { settleRuns } from '../../src/store/runs/settle-runs.ts'
import { takeOver } from '../../src/store/workers/take-over.ts'
import { wakeRuns } from '../../src/store/workflows/wake-runs.ts'
import { addHeldRun, addRun, runRow } from '../kit/add-run.ts'
import { openDatabase } from '../kit/open-database.ts'

function settleIn(transaction: Queryable, runs: readonly StoredRun[], releasesSlot = true) {
  const ended = runs.map((run) => ({
    run,
    attempt: run.attempts,
    outcome: { type: 'completed' } as const,
    releasesSlot,
  }))
  const options = { definitions: [], isOnProbation: () => false, now: Date.now(), hints: new Hints() }
  return settleRuns(transaction, ended, options)
}

function cancelIn(transaction: Queryable, jobId: string) {
  return cancelJob(transaction, jobId, { hints: new Hints(), now: Date.now(), isHere: () => true })
}

/** Begins `second` within the transaction of `first`, and waits until it waits for a lock of that. */
async function inOrder<T>(
  { database }: { readonly database: Database },
  first: (transaction: Queryable) => Promise<unknown>,
  second: (transaction: Queryable) => Promise<T>,
): Promise<T> {
  let other: Promise<T> | undefined
  await database.transaction(async (transaction) => {
    await first(transaction)
    other ??= database.transaction(second)
    await untilBlocked(database)
  })
  return other!
}

/** Resolves once a transaction waits for a lock of another one. */
async function untilBlocked(database: Database): Promise<void> {
  const sql =
    "SELECT 1 AS one FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%' || $1 || '%' LIMIT 1"
  const [{ schema }] = (await database.query<{ schema: string }>("SELECT '{schema}' AS schema")) as [{ schema: string }]
  while ((await database.query(sql, [schema])).length === 0) await new Promise((resolve) => setImmediate(resolve))
}

test('an outcome is recorded, or its run is taken over, but not both', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  const [first, second] = [
    await addHeldRun(database, { job: 'a' }),
    await addHeldRun(database, { job: 'b', worker: 2 }),
  ]

  const lost = await inOrder(
    opened,
    (transaction) => takeOver(transaction, [1], new Hints()),
    (transaction) => settleIn(transaction, [first]),
  )
  expect(lost).toHaveLength(1)
  expect(await runRow(database, 'a')).toMatchObject({ state: 'queued', phase: 'suspect' })

  await inOrder(
    opened,
    (transaction) => settleIn(transaction, [second]),
    (transaction) => takeOver(transaction, [2], new Hints()),
  )
  expect(await runRow(database, 'b')).toMatchObject({ state: 'completed', phase: null, is_open: false })
  expect(await database.query('SELECT job FROM {schema}.attempts')).toEqual([{ job: 'a' }])
})

test('a cancel that waits for a run finds that it has ended', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  const run = await addHeldRun(database, { job: 'a' })

  const here = await inOrder(
    opened,
    (transaction) => settleIn(transaction, [run]),
    (transaction) => cancelIn(transaction, 'a'),
  )

  expect(here).toEqual([])
  expect(await runRow(database, 'a')).toMatchObject({ state: 'completed' })
})

test('a cancel locks a batch before it locks its runs', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  await addRun(database, { job: 'a', phase: 'gathering', gather_until: 9e12 })
  let cancelling: Promise<unknown> | undefined

  await database.transaction(async (transaction) => {
    await lockBatches(transaction, [{ definition: 'd', tenant: 't' }])
    cancelling ??= database.transaction((other) => cancelIn(other, 'a'))
    await untilBlocked(database)
    await transaction.query("SELECT 1 FROM {schema}.open_runs WHERE job = 'a' FOR UPDATE NOWAIT")
  })

  await cancelling
  expect(await runRow(database, 'a')).toMatchObject({ state: 'cancelled' })
})

test('an outcome that waits for a cancel is not recorded, and releases the slot', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  const run = await addHeldRun(database, { job: 'a' })

  const lost = await inOrder(
    opened,
    (transaction) => cancelIn(transaction, 'a'),
    (transaction) => settleIn(transaction, [run]),
  )

  expect(lost).toHaveLength(1)
  expect(await runRow(database, 'a')).toMatchObject({ state: 'cancelled', phase: null, is_open: false })
})

test('an attempt that is suspended while its wait ends resumes at once', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  const run = await addHeldRun(database, { job: 'a', workflow: '{"origin":"o"}' })
  const suspend = (transaction: Queryable) =>
    settleRuns(transaction, [{ run, attempt: 1, outcome: { type: 'suspended' }, releasesSlot: true }], {
      definitions: [],
      isOnProbation: () => false,
      now: Date.now(),
      hints: new Hints(),
    })

  await inOrder(
    opened,
    async (transaction) => {
      await transaction.query("SELECT 1 FROM {schema}.runs WHERE job = 'a' FOR NO KEY UPDATE")
      await transaction.query("INSERT INTO {schema}.notices (worker, job, run, key) VALUES (1, 'a', 1, 'k')")
    },
    suspend,
  )

  expect(await runRow(database, 'a')).toMatchObject({ phase: 'ready', pause: 'awake' })
  expect(await database.query('SELECT has_waiting FROM {schema}.lanes')).toEqual([{ has_waiting: true }])
})

/** Resumes a workflow that waits for a job while `end` ends that. Returns what began, in order: after a deadlock, one begins again. */
async function resumeDuring({ database }: { readonly database: Database }, end: (transaction: Queryable) => unknown) {
  const begun: string[] = []
  let ending: Promise<unknown> | undefined
  await addRun(database, { job: 'parent', phase: 'waiting', pause: 'asleep', workflow: '{"origin":"o"}' })
  await database.query(
    "INSERT INTO {schema}.waits (job, run, key, tenant, for_job) VALUES ('parent', 1, 'k', 't', 'child')",
  )
  await database.transaction(async (transaction) => {
    begun.push('resume')
    await transaction.query("SELECT 1 FROM {schema}.runs WHERE job = 'parent' FOR NO KEY UPDATE")
    ending ??= database.transaction(async (second) => {
      begun.push('end')
      await end(second)
    })
    await untilBlocked(database)
    await wakeRuns(transaction, [{ job: 'parent', number: 1 }])
  })
  await ending
  expect(await runRow(database, 'parent')).toMatchObject({ phase: 'ready' })
  return begun
}

test('whoever settles runs and whoever resumes a workflow do not wait for each other', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  const [child, other] = [await addHeldRun(database, { job: 'child' }), await addHeldRun(database, { job: 'other' })]
  const outcomes = [
    { run: child, attempt: 1, outcome: { type: 'completed' }, releasesSlot: true },
    { run: other, attempt: 1, outcome: { type: 'interrupted' }, releasesSlot: true },
  ] as const
  const options = { definitions: [], isOnProbation: () => false, now: Date.now(), hints: new Hints() }

  const begun = await resumeDuring(opened, (transaction) => settleRuns(transaction, outcomes, options))

  expect(begun).toEqual(['resume', 'end'])
  expect(await runRow(database, 'other')).toMatchObject({ phase: 'ready' })
})

test('whoever cancels a workflow with compensations and whoever resumes another do not wait for each other', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  const asleep = { state: 'running', phase: 'waiting', pause: 'asleep', workflow: '{"origin":"o"}', attempts: 1 }
  await addRun(database, { ...asleep, job: 'child', compensate_on_cancel: true })

  const begun = await resumeDuring(opened, (transaction) => cancelIn(transaction, 'child'))

  expect(begun).toEqual(['resume', 'end'])
  expect(await runRow(database, 'child')).toMatchObject({ state: 'cancelled', phase: 'ready' })
})

/** A worker that claims runs of a limited definition and settles them. */
function limitedWorker(database: Database, worker: number, limits: RunLimits, claimed: (held: number) => void) {
  const claims = new RunClaims(new Map())
  const claim = async (): Promise<{ runs: StoredRun[]; isCut: boolean }> =>
    database.transaction(async (transaction) => {
      claims.begin()
      const [row] = await transaction.query<{ now: number }>('SELECT {schema}.now_ms() AS now')
      const options = {
        max: 10,
        worker,
        now: row!.now,
        limitsOf: () => limits,
        has: () => true,
        versions: [],
        paused: { definitions: new Set<string>(), hasTenants: false },
      }
      const { rows, isCut } = await claims.claim(transaction, await claims.find(transaction, options), options)
      // Nobody else changes what the limits count until this transaction ends.
      if (rows.length > 0) {
        const sql =
          "SELECT (SELECT count(*) FROM {schema}.open_runs WHERE phase = 'held') + (SELECT count(*) FROM {schema}.leftovers) AS held"
        const [{ held }] = (await transaction.query<{ held: number }>(sql)) as [{ held: number }]
        claimed(held)
      }
      return { runs: await toHeldRuns(transaction, rows), isCut }
    })
  return {
    /** Claims and settles until it finds nothing. Returns the number of runs. */
    async work(): Promise<number> {
      let count = 0
      for (let isMore = true; isMore;) {
        const { runs, isCut } = await claim()
        claims.committed()
        isMore = isCut || runs.length > 0
        count += runs.length
        const [first, ...others] = runs
        if (!first) continue
        await database.transaction((transaction) => settleIn(transaction, others))
        // Its handler runs on for a while.
        await database.transaction((transaction) => settleIn(transaction, [first], false))
        await database.transaction((transaction) => releaseSlots(transaction, [first], new Hints()))
      }
      return count
    },
  }
}

test.each<[string, RunLimits]>([
  ['of the definition', { concurrency: { limit: 3 } }],
  ['of each tenant', { concurrency: { perTenant: 1 } }],
  ['of each key', { concurrency: { limit: 5, perKey: 1 } }],
])('no slot is lost and none is exceeded while workers race for those %s', async (_, limits) => {
  await using opened = await openDatabase()
  const { database } = opened
  const jobs = 60
  for (let job = 0; job < jobs; job++) {
    const keys = { tenant: `t${job % 3}`, concurrency_key: `=k${job % 2}` }
    await addRun(database, { job: `j${String(job).padStart(3, '0')}`, ...keys, rank: job })
  }
  await database.query('UPDATE {schema}.lanes SET has_waiting = true')
  const { limit, perTenant, perKey } = limits.concurrency!
  const most = limit ?? (perTenant === undefined ? 6 * perKey! : 3 * perTenant)
  let max = 0
  const claimed = (held: number): void => void (max = Math.max(max, held))
  const workers = [1, 2, 3, 4].map((worker) => limitedWorker(database, worker, limits, claimed))

  await Promise.all(workers.map((worker) => worker.work()))
  // If a slot was freed without opening its lanes, nobody finds the rest.
  await workers[0]!.work()

  expect(await database.query("SELECT job FROM {schema}.runs WHERE state <> 'completed'")).toEqual([])
  expect(max).toBeLessThanOrEqual(most)
  expect(max).toBeGreaterThan(0)
})
