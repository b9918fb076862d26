import { expect, test } from 'vitest'

import { Arrivals, postponeJobs } from '../../src/store/arrivals/take-arrivals.ts'
import { Hints } from '../../src/store/changes.ts'
import { cancelJob } from '../../src/engine/cancel-job.ts'
import { addJobs } from '../../src/store/sends/add-jobs.ts'
import { addHeldRun, addRun, runRow } from '../kit/add-run.ts'
import { beginTransaction, untilLocked } from '../kit/barrier.ts'
import { createEnvelope } from '../kit/create-envelope.ts'
import { openDatabase, type TestDatabase } from '../kit/open-database.ts'

const workflow = JSON.stringify({ origin: 'o' })

async function cancel({ database }: TestDatabase, jobId: string, ownWorker = 1) {
  const hints = new Hints()
  const here = await database.transaction((transaction) =>
    cancelJob(transaction, jobId, { hints, now: Date.now(), isHere: ({ worker }) => worker === ownWorker }),
  )
  return { hints, here: here.map(({ number }) => number) }
}

test('cancels runs that wait, and stops those that run here or elsewhere', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  await addRun(database, { job: 'a' }, 1)
  await addHeldRun(database, { job: 'a' }, 2)
  await addHeldRun(database, { job: 'a', worker: 2 }, 3)
  await addRun(database, { job: 'a', state: 'completed', phase: null, is_open: false, ended_at: 5 }, 4)

  const { hints, here } = await cancel(opened, 'a')

  expect(here).toEqual([2])
  expect([...hints.workers]).toEqual([2])
  expect(await database.query('SELECT worker, job, run, key FROM {schema}.notices')).toEqual([
    { worker: 2, job: 'a', run: 3, key: null },
  ])
  expect(await runRow(database, 'a', 1)).toMatchObject({ state: 'cancelled', phase: null, is_open: false })
  expect(await runRow(database, 'a', 2)).toMatchObject({ state: 'cancelled', phase: 'held', worker: 1, is_open: true })
  expect(await runRow(database, 'a', 3)).toMatchObject({ state: 'cancelled', phase: 'held', worker: 2, is_open: true })
  expect(await runRow(database, 'a', 4)).toMatchObject({ state: 'completed' })
})

test('a run that is cancelled between two attempts is no failure any more', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  await addRun(database, { job: 'a', state: 'retrying', phase: 'waiting', error: '{}', error_group: 'Error' }, 1)
  await cancel(opened, 'a')
  expect(await runRow(database, 'a', 1)).toMatchObject({ state: 'cancelled', error: '{}', error_group: null })
})

test('the compensation of a workflow begins at once, or when its slot is released', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  const compensated = { workflow, compensate_on_cancel: true, state: 'running', attempts: 1 }
  await addRun(database, { job: 'a', ...compensated, phase: 'waiting', pause: 'asleep', due_at: 9e12 }, 1)
  await addHeldRun(database, { job: 'a', ...compensated }, 2)
  await addRun(database, { job: 'a', compensate_on_cancel: true }, 3)
  await addRun(
    database,
    {
      job: 'a',
      state: 'running',
      attempts: 1,
      workflow: '{"failure":{"step":"s"}}',
      phase: 'waiting',
      pause: 'asleep',
    },
    4,
  )

  const { hints } = await cancel(opened, 'a')

  expect(hints.isWorkReady).toBe(true)
  const begun = { state: 'cancelled', phase: 'ready', pause: 'awake', compensation: 2, is_open: true, due_at: null }
  expect(await runRow(database, 'a', 1)).toMatchObject(begun)
  expect(await runRow(database, 'a', 2)).toMatchObject({ phase: 'held', compensation: 1 })
  expect(await runRow(database, 'a', 3)).toMatchObject({ phase: null, compensation: 0, is_open: false })
  expect(await runRow(database, 'a', 4)).toMatchObject(begun)
  expect(await database.query('SELECT has_waiting FROM {schema}.lanes')).toEqual([{ has_waiting: true }])
})

test('a job that has no runs yet gets none', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  await database.query(
    "INSERT INTO {schema}.jobs (id, tenant, event, envelope, sent_at) VALUES ('a', 't', 'e', '{}', 1)",
  )
  await database.query("INSERT INTO {schema}.arrivals (job, tenant, event) VALUES ('a', 't', 'e')")

  await cancel(opened, 'a')
  await cancel(opened, 'missing')

  expect(await database.query('SELECT job FROM {schema}.arrivals')).toEqual([])
  expect(await database.query("SELECT id FROM {schema}.jobs WHERE state = 'cancelled' AND ended_at > 1")).toEqual([
    { id: 'a' },
  ])
})

test('another run leads a batch whose leader is cancelled', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  await addRun(database, { job: 'leader', gather_until: 1 })
  await addRun(database, { job: 'next', phase: 'gathering', gather_until: 0 })

  await cancel(opened, 'leader')

  expect(await runRow(database, 'next')).toMatchObject({ phase: 'ready' })
})

test('the batch of a cancelled leader is full as its definition says, whatever its event is named', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  await addRun(database, { job: 'leader', gather_until: 1 })
  await addRun(database, { job: 'next', phase: 'gathering', gather_until: 9e12 })
  const record = { definitionId: 'd', event: 'e\0', maxAttempts: 3, batch: { maxSize: 1, maxWaitMs: 9e12 } }
  await database.query("INSERT INTO {schema}.definitions (worker, definition, record) VALUES (1, 'd', $1)", [
    JSON.stringify(record),
  ])

  await cancel(opened, 'leader')

  expect(await runRow(database, 'next')).toMatchObject({ phase: 'ready' })
})

test('a job is cancelled whose worker lets it wait for another one at the same moment', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  const [job] = await addJobs(database, [createEnvelope({})])
  const arrivals = new Arrivals(new Map())
  const taking = beginTransaction(database, async (transaction) => {
    const rows = await arrivals.take(transaction, 1)
    const postponed = rows.map((row) => ({ row, until: Date.now() + 60_000, unclaimed: true }))
    await postponeJobs(transaction, postponed)
  })
  await taking.worked
  const cancelling = cancel(opened, job!.id)
  await untilLocked(database)
  await taking.commit()
  await cancelling
  expect(await database.query('SELECT state FROM {schema}.jobs')).toEqual([{ state: 'cancelled' }])
  expect(await database.query('SELECT job FROM {schema}.arrivals')).toEqual([])
})
