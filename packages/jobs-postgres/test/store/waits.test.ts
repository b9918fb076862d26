import type { Envelope } from '@cgk-platform/jobs-core/provider'
import type { StoredRun } from '@cgk-platform/jobs-local/engine'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { Queryable } from '../../src/database/database.ts'
import { lookForWork } from '../../src/store/claims/open-work.ts'
import { readJob } from '../../src/store/reads/read-jobs.ts'
import { keyOf } from '../../src/store/rows.ts'
import { settleRuns } from '../../src/store/runs/settle-runs.ts'
import { takeNotices } from '../../src/store/workflows/notices.ts'
import { StepWriter } from '../../src/store/workflows/step-writer.ts'
import { Hints } from '../../src/store/changes.ts'
import { endJobWaits, resolveEventWaits, saveWaits } from '../../src/store/workflows/waits.ts'
import { beginTransaction, untilLocked } from '../kit/barrier.ts'
import { addJob, addRun, completed, held, heldWorkflow, waitFor, waitForJob } from '../kit/fixtures.ts'
import { openDatabase, type TestDatabase } from '../kit/open-database.ts'

let test1: TestDatabase
beforeAll(async () => {
  test1 = await openDatabase()
})
afterAll(() => test1.close())

const clock = { now: () => Date.now() }

function writer(): StepWriter {
  return new StepWriter({ change: (work) => test1.database.transaction(work), clock })
}

/** Gives a job its runs, as a worker does that takes it, and resolves the waits for its event. */
async function dispatch(transaction: Queryable, job: string): Promise<readonly number[]> {
  await transaction.query('DELETE FROM {schema}.arrivals WHERE job = $1', [job])
  await addRun(transaction, { job, definition: 'pay' })
  const { envelope } = (await readJob(transaction, job))!
  return resolveEventWaits(transaction, [envelope], 1, new Hints())
}

/** Suspends a run as the outcome of its attempt does. */
async function suspend(run: StoredRun): Promise<void> {
  const sql = "UPDATE {schema}.runs SET phase = 'waiting', worker = NULL, pause = 'asleep' WHERE job = $1 AND is_open"
  await test1.database.query(sql, [run.job.envelope.id])
}

async function endRun(queryable: Queryable, job: string): Promise<void> {
  const sql =
    "UPDATE {schema}.runs SET phase = NULL, is_open = false, state = 'completed', ended_at = 2, output = '\"sent\"' WHERE job = $1"
  await queryable.query(sql, [job])
}

async function stepOf(run: StoredRun, key: string) {
  const job = await readJob(test1.database, run.job.envelope.id)
  return job!.runs[0]!.workflow!.steps.find((step) => step.key === key)
}

test('waits for an event and for a job do not lock each other out with a worker that gives the job its runs', async () => {
  const tenantId = 'both'
  const run = await heldWorkflow(test1.database, { tenantId })
  const job = await addJob(test1.database, { tenantId, event: 'order.paid', isArriving: true })
  const changes = [waitFor(run), waitForJob(run, job)].map((step) => ({ run, step }))
  let tries = 0
  let registering: Promise<unknown> | undefined
  await test1.database.transaction(async (transaction) => {
    tries++
    await transaction.query('DELETE FROM {schema}.arrivals WHERE job = $1', [job])
    registering ??= test1.database.transaction((other) => {
      tries++
      return saveWaits(other, changes, 1)
    })
    await untilLocked(test1.database)
    await dispatch(transaction, job)
  })
  await registering
  expect(tries).toBe(2)
})

describe('a wait for an event', () => {
  test('ends by an event that is dispatched once the wait is being registered', async () => {
    const tenantId = 'registered-first'
    const run = await heldWorkflow(test1.database, { tenantId })
    const step = waitFor(run)
    const registering = beginTransaction(test1.database, (transaction) => saveWaits(transaction, [{ run, step }], 1))
    await registering.worked
    const event = await addJob(test1.database, { tenantId, event: 'order.paid', isArriving: true })
    const dispatching = test1.database.transaction((transaction) => dispatch(transaction, event))
    await untilLocked(test1.database)
    await registering.commit()
    expect(await dispatching).toEqual([1])
  })

  test('ends by an event whose dispatch has not ended when the wait is registered', async () => {
    const tenantId = 'dispatched-first'
    const run = await heldWorkflow(test1.database, { tenantId })
    const step = waitFor(run)
    const event = await addJob(test1.database, { tenantId, event: 'order.paid', isArriving: true })
    const dispatching = beginTransaction(test1.database, (transaction) => dispatch(transaction, event))
    expect(await dispatching.worked).toEqual([0])
    const registering = writer().save(run, step)
    await untilLocked(test1.database)
    await dispatching.commit()
    expect(await registering).toEqual({ isSaved: true, mayHaveMissed: false })
    expect(step).toMatchObject({ state: 'completed', output: { id: event }, order: 1 })
    expect(await stepOf(run, 'paid')).toEqual(step)
    expect(await test1.database.query('SELECT 1 FROM {schema}.waits WHERE tenant = $1', [tenantId])).toEqual([])
  })

  test('does not end by an event that is not yet due, was cancelled, or is of another tenant or value', async () => {
    const tenantId = 'no-match'
    const run = await heldWorkflow(test1.database, { tenantId })
    const step = waitFor(run, { match: { orderId: '2' } })
    const payload = { orderId: '2' }
    const runAt = Date.now() + 60_000
    const delayed = await addJob(test1.database, { tenantId, event: 'order.paid', payload, isArriving: true, runAt })
    await addJob(test1.database, { tenantId, event: 'order.paid', payload, state: 'cancelled', endedAt: 1 })
    const cancelled = await addJob(test1.database, { tenantId, event: 'order.paid', payload })
    await addRun(test1.database, { job: cancelled, ...completed, state: 'cancelled' })
    await addJob(test1.database, { tenantId: 'other', event: 'order.paid', payload, state: 'unhandled', endedAt: 1 })
    await addJob(test1.database, { tenantId, event: 'order.paid', state: 'unhandled', endedAt: 1 })
    await writer().save(run, step)
    expect(step.state).toBe('waiting')
    expect(await test1.database.transaction((transaction) => dispatch(transaction, delayed))).toEqual([1])
  })

  test('two waits of a run with `since` do not get the same event', async () => {
    const tenantId = 'loop'
    const run = await heldWorkflow(test1.database, { tenantId })
    const first = waitFor(run, { key: 'first', since: 0 })
    const second = waitFor(run, { key: 'second', since: 0 })
    const event = await addJob(test1.database, { tenantId, event: 'order.paid', state: 'unhandled', endedAt: 1 })
    const steps = writer()
    await Promise.all([steps.save(run, first), steps.save(run, second)])
    expect(first).toMatchObject({ state: 'completed', output: { id: event } })
    expect(second.state).toBe('waiting')
  })

  test('tells the worker of a running attempt, whose record the event changes there', async () => {
    const tenantId = 'running'
    const run = await heldWorkflow(test1.database, { tenantId })
    const step = waitFor(run)
    await writer().save(run, step)
    const event = await addJob(test1.database, { tenantId, event: 'order.paid' })
    await test1.database.transaction(async (transaction) => {
      const { envelope } = (await readJob(transaction, event))!
      const hints = new Hints()
      expect(await resolveEventWaits(transaction, [envelope], 1, hints)).toEqual([1])
      expect([...hints.workers]).toEqual([1])
    })
    expect((await stepOf(run, 'paid'))!.state).toBe('waiting')
    const reads = { queryable: test1.database, change: test1.database.transaction, clock }
    const { resolved, notices } = await takeNotices(reads, 1, (job) => (job === run.job.envelope.id ? run : undefined))
    expect(resolved.map((one) => one.step)).toEqual([step])
    expect(step).toMatchObject({ state: 'completed', output: { id: event } })
    expect((await stepOf(run, 'paid'))!.state).toBe('completed')
    expect((await takeNotices(reads, 1, () => run, notices.get(run))).resolved).toEqual([])
  })

  test('resumes a workflow that is suspended before it knows of the result that its worker has taken', async () => {
    const tenantId = 'taken'
    const run = await heldWorkflow(test1.database, { tenantId })
    await writer().save(run, waitFor(run))
    const event = await addJob(test1.database, { tenantId, event: 'order.paid', state: 'unhandled', endedAt: 1 })
    const { envelope } = (await readJob(test1.database, event))!
    await test1.database.transaction((transaction) => resolveEventWaits(transaction, [envelope], 1, new Hints()))
    const reads = { queryable: test1.database, change: test1.database.transaction, clock }
    const runOf = (job: string): StoredRun | undefined => (job === run.job.envelope.id ? run : undefined)
    const { notices } = await takeNotices(reads, 1, runOf)
    expect((await takeNotices(reads, 1, runOf, notices.get(run))).resolved).toEqual([])
    const attempt = { run, attempt: 1, outcome: { type: 'suspended' }, releasesSlot: true } as const
    const options = { definitions: [], isOnProbation: () => false, now: 1, hints: new Hints() }
    await test1.database.transaction((transaction) => settleRuns(transaction, [attempt], options))
    const [row] = await test1.database.query('SELECT phase, pause FROM {schema}.runs WHERE job = $1', [
      run.job.envelope.id,
    ])
    expect(row).toEqual({ phase: 'ready', pause: 'awake' })
  })

  test('waits on if another wait of the run got the event first', async () => {
    const tenantId = 'twice'
    const run = await heldWorkflow(test1.database, { tenantId })
    const first = waitFor(run, { key: 'first', since: 0 })
    const second = waitFor(run, { key: 'second', since: 0 })
    const steps = writer()
    await Promise.all([steps.save(run, first), steps.save(run, second)])
    const event = await addJob(test1.database, { tenantId, event: 'order.paid', state: 'unhandled', endedAt: 1 })
    // As if two workers had found the waits, each one of them.
    const notice = JSON.stringify({ id: event, event: 'order.paid', payload: {}, sentAt: 5 })
    for (const key of ['first', 'second']) {
      await test1.database.query('DELETE FROM {schema}.waits WHERE tenant = $1 AND key = $2', [tenantId, key])
      await test1.database.query(
        'INSERT INTO {schema}.notices (worker, job, run, key, event) VALUES (1, $1, 1, $2, $3)',
        [run.job.envelope.id, key, notice],
      )
    }
    const reads = { queryable: test1.database, change: test1.database.transaction, clock }
    const { resolved } = await takeNotices(reads, 1, () => run)
    expect(resolved.map(({ step }) => step.key)).toEqual(['first'])
    expect(second.state).toBe('waiting')
    expect(await test1.database.query('SELECT key FROM {schema}.waits WHERE tenant = $1', [tenantId])).toEqual([
      { key: 'second' },
    ])
  })

  test('wakes a suspended workflow, in a lane that claims look into again', async () => {
    const tenantId = 'asleep'
    const run = await heldWorkflow(test1.database, { tenantId })
    const step = waitFor(run)
    await writer().save(run, step)
    await suspend(run)
    await test1.database.query('UPDATE {schema}.lanes SET has_waiting = false')
    const event = await addJob(test1.database, { tenantId, event: 'order.paid', state: 'unhandled', endedAt: 1 })
    const { envelope } = (await readJob(test1.database, event))!
    const twice: Envelope[] = [envelope, { ...envelope, id: 'later' }]
    const hints = new Hints()
    const counts = await test1.database.transaction((transaction) => resolveEventWaits(transaction, twice, 1, hints))
    expect(counts).toEqual([1, 0])
    expect([...hints.workers]).toEqual([])
    const [row] = await test1.database.query(
      'SELECT phase, pause, has_waiting FROM {schema}.runs JOIN {schema}.lanes l ON l.id = lane WHERE job = $1',
      [run.job.envelope.id],
    )
    expect(row).toEqual({ phase: 'ready', pause: 'awake', has_waiting: true })
    expect(await stepOf(run, 'paid')).toMatchObject({ state: 'completed', output: { id: event } })
  })

  test('is not saved by a worker that has lost the run', async () => {
    const run = await heldWorkflow(test1.database, { tenantId: 'lost' })
    await test1.database.query('UPDATE {schema}.runs SET worker = 2 WHERE job = $1', [run.job.envelope.id])
    const step = waitFor(run)
    const plain = waitFor(run, { key: 'plain', kind: 'run', state: 'running' })
    const steps = writer()
    const saved = await Promise.all([steps.save(run, step), steps.save(run, plain)])
    expect(saved.map(({ isSaved }) => isSaved)).toEqual([false, false])
    expect(await stepOf(run, 'paid')).toBeUndefined()
    expect(await test1.database.query("SELECT 1 FROM {schema}.waits WHERE tenant = 'lost'")).toEqual([])
  })
})

describe('a wait for a job', () => {
  test('ends by a run that ends once the wait is being registered', async () => {
    const run = await heldWorkflow(test1.database)
    const child = await addJob(test1.database)
    await addRun(test1.database, { job: child, ...held, worker: 2 })
    const step = waitForJob(run, child)
    const registering = beginTransaction(test1.database, (transaction) => saveWaits(transaction, [{ run, step }], 1))
    await registering.worked
    const ending = test1.database.transaction(async (transaction) => {
      await endRun(transaction, child)
      await endJobWaits(transaction, [child], 1, new Hints())
    })
    await untilLocked(test1.database)
    await registering.commit()
    await ending
    expect(
      await test1.database.query('SELECT key FROM {schema}.notices WHERE job = $1', [run.job.envelope.id]),
    ).toEqual([{ key: 'shipped' }])
  })

  test('ends by a run whose end is not committed when the wait is registered', async () => {
    const run = await heldWorkflow(test1.database)
    const child = await addJob(test1.database)
    await addRun(test1.database, { job: child, ...held, worker: 2 })
    const step = waitForJob(run, child)
    const ending = beginTransaction(test1.database, async (transaction) => {
      await endRun(transaction, child)
      await endJobWaits(transaction, [child], 1, new Hints())
    })
    await ending.worked
    const registering = writer().save(run, step)
    await untilLocked(test1.database)
    await ending.commit()
    await registering
    expect(step).toMatchObject({ state: 'completed', output: 'sent' })
  })

  test('is registered before a job that has arrived gets its runs', async () => {
    const run = await heldWorkflow(test1.database)
    const child = await addJob(test1.database, { isArriving: true })
    const step = waitForJob(run, child)
    const registering = beginTransaction(test1.database, (transaction) => saveWaits(transaction, [{ run, step }], 1))
    await registering.worked
    const take = 'SELECT job FROM {schema}.arrivals WHERE job = $1 FOR UPDATE SKIP LOCKED'
    expect(await test1.database.query(take, [child])).toEqual([])
    await registering.commit()
    expect(await test1.database.query(take, [child])).toEqual([{ job: child }])
  })

  test('fails if the job does not exist', async () => {
    const run = await heldWorkflow(test1.database)
    const step = waitForJob(run, 'gone')
    await writer().save(run, step)
    expect(step).toMatchObject({ state: 'failed', error: { code: 'job_not_found' } })
  })
})

test('a worker does not look again and again for a notice of a run that it no longer holds', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  const { job, number, worker } = keyOf(await heldWorkflow(database))
  const note = "INSERT INTO {schema}.notices (worker, job, run, key, event) VALUES ($1, $2, $3, 'told', '{}')"
  await database.query(note, [worker, job, number])
  const hasNotices = async () => (await lookForWork(database, { id: worker, definitions: [] })).has_notices
  expect(await hasNotices()).toBe(true)
  await database.query("UPDATE {schema}.runs SET phase = 'waiting', worker = NULL WHERE job = $1", [job])
  expect(await hasNotices()).toBe(false)
})

test('a worker looks for a run that waits for a version which it has', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  const versions = ['1', '2']
  const isReady = async () =>
    (
      await lookForWork(database, {
        id: 2,
        definitions: [{ definitionId: 'follow', event: 'e', maxAttempts: 1, versions }],
      })
    ).is_ready
  const { job } = keyOf(await heldWorkflow(database))
  await database.query('UPDATE {schema}.lanes SET has_waiting = false')
  expect(await isReady()).toBe(false)
  const park = "UPDATE {schema}.runs SET phase = 'waiting', worker = NULL, pause = 'asleep', parked = $2 WHERE job = $1"
  await database.query(park, [job, '"3"'])
  expect(await isReady()).toBe(false)
  await database.query(park, [job, '"2"'])
  expect(await isReady()).toBe(true)
})
