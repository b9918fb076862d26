import type { Outcome } from '@cgk-platform/jobs-core/provider'
import { expect, test } from 'vitest'
import type { StoredRun } from '@cgk-platform/jobs-local/engine'

import { Hints } from '../../src/store/changes.ts'
import { releaseSlots } from '../../src/store/runs/slots.ts'
import { settleRuns } from '../../src/store/runs/settle-runs.ts'
import { addHeldRun, runRow } from '../kit/add-run.ts'
import { openDatabase, type TestDatabase } from '../kit/open-database.ts'

const error = { name: 'Error', message: 'down' }

async function settle(
  { database }: Pick<TestDatabase, 'database'>,
  outcomes: readonly (readonly [StoredRun, Outcome])[],
  { releasesSlot = true, isOnProbation = false } = {},
) {
  const hints = new Hints()
  const ended = outcomes.map(([run, outcome]) => ({ run, attempt: run.attempts, outcome, releasesSlot }))
  const options = { definitions: [], isOnProbation: () => isOnProbation, now: Date.now(), hints }
  const lost = await database.transaction((transaction) => settleRuns(transaction, ended, options))
  return { lost: lost.map(({ run }) => run.id), hints }
}

test('records outcomes of every kind in one transaction', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  const runs = await Promise.all(
    ['completed', 'failed', 'cancelled', 'retry', 'interrupted', 'later', 'lost'].map((job) =>
      addHeldRun(database, { job }),
    ),
  )
  await database.query("UPDATE {schema}.runs SET attempts = 2 WHERE job = 'lost'")
  const outcomes: Outcome[] = [
    { type: 'completed', output: { text: 'a\0b' } },
    { type: 'failed', error },
    { type: 'cancelled' },
    { type: 'retry', afterMs: 1500, error },
    { type: 'interrupted' },
    { type: 'interrupted', againAt: 5_000_000_000_000 },
    { type: 'completed' },
  ]
  const { lost } = await settle(
    opened,
    runs.map((run, index) => [run, outcomes[index]!]),
  )

  expect(lost).toEqual(['lost-1'])
  const over = { phase: null, is_open: false }
  expect(await runRow(database, 'completed')).toMatchObject({
    ...over,
    state: 'completed',
    output: String.raw`{"text":"a\u0000b"}`,
  })
  expect(await runRow(database, 'failed')).toMatchObject({ ...over, state: 'failed', error: JSON.stringify(error) })
  expect(await runRow(database, 'cancelled')).toMatchObject({ ...over, state: 'cancelled' })
  expect(await runRow(database, 'retry')).toMatchObject({ state: 'retrying', phase: 'waiting', worker: null })
  expect(await runRow(database, 'interrupted')).toMatchObject({ state: 'queued', phase: 'ready', attempts: 0 })
  expect(await runRow(database, 'later')).toMatchObject({ state: 'scheduled', phase: 'waiting', due_at: 5e12 })
  expect(await runRow(database, 'lost')).toMatchObject({ state: 'running', phase: 'held', is_open: true })
  const [attempt] = await database.query<object>('SELECT * FROM {schema}.attempts')
  const { due_at: dueAt } = await runRow(database, 'retry')
  expect(attempt).toMatchObject({ job: 'retry', number: 1, next_due_at: dueAt, ended_at: dueAt! - 1500, worker: 1 })
})

test('a run that was cancelled or taken over records nothing, and releases its slot', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  const cancelled = await addHeldRun(database, { job: 'cancelled' })
  const other = await addHeldRun(database, { job: 'other' })
  await database.query("UPDATE {schema}.runs SET state = 'cancelled', ended_at = 5 WHERE job = 'cancelled'")
  await database.query("UPDATE {schema}.runs SET worker = 2 WHERE job = 'other'")

  const { lost } = await settle(opened, [
    [cancelled, { type: 'completed' }],
    [other, { type: 'completed' }],
  ])

  expect(lost).toEqual(['cancelled-1', 'other-1'])
  expect(await runRow(database, 'cancelled')).toMatchObject({ state: 'cancelled', phase: null, is_open: false })
  expect(await runRow(database, 'other')).toMatchObject({ state: 'running', phase: 'held', worker: 2 })
})

test('an outcome opens what waits for the slot of its key, of its tenant and of its definition', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  const run = await addHeldRun(database, { job: 'a', concurrency_key: '=k' })
  await addHeldRun(database, { job: 'b', concurrency_key: '=l' })
  await addHeldRun(database, { job: 'c', concurrency_key: '=m' })
  await addHeldRun(database, { job: 'd', tenant: 'u', concurrency_key: '=k' })
  await database.query("INSERT INTO {schema}.limits (definition, is_full) VALUES ('d', true)")
  await database.query("UPDATE {schema}.lanes SET gate = CASE WHEN concurrency_key = '=m' THEN 'tenant' ELSE 'key' END")

  const { hints } = await settle(opened, [[run, { type: 'completed' }]])

  expect(hints.isWorkReady).toBe(true)
  const lanes = await database.query('SELECT tenant, concurrency_key AS key, gate FROM {schema}.lanes ORDER BY id')
  expect(lanes).toEqual([
    { tenant: 't', key: '=k', gate: null },
    { tenant: 't', key: '=l', gate: 'key' },
    { tenant: 't', key: '=m', gate: null },
    { tenant: 'u', key: '=k', gate: 'key' },
  ])
  expect(await database.query('SELECT is_full FROM {schema}.limits')).toEqual([{ is_full: false }])
})

test('a workflow is suspended, parked for a version, or begins again without its steps', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  const workflow = { origin: 'o', version: 'v1', steps: [], ended: 0 }
  const [asleep, woken, parked, again] = await Promise.all(
    ['asleep', 'woken', 'parked', 'again'].map((job) =>
      addHeldRun(database, { job, workflow: JSON.stringify(workflow), wake_pending: job !== 'asleep' }),
    ),
  )
  parked!.workflow = { ...workflow, parked: { until: 8e12 } } as never
  for (const run of [asleep, woken, again]) run!.workflow = { ...workflow }
  await database.query("INSERT INTO {schema}.steps (job, run, key, position, record) VALUES ('again', 1, 'k', 0, '{}')")

  await settle(opened, [
    [asleep!, { type: 'suspended', wakeAt: 9e12 }],
    [woken!, { type: 'suspended' }],
    [parked!, { type: 'suspended' }],
    [again!, { type: 'restarted', payload: 1, at: 1, since: 1 }],
  ])

  expect(await runRow(database, 'asleep')).toMatchObject({
    phase: 'waiting',
    pause: 'asleep',
    due_at: 9e12,
    worker: null,
  })
  expect(await runRow(database, 'woken')).toMatchObject({ phase: 'ready', pause: 'awake', due_at: null })
  expect(await runRow(database, 'parked')).toMatchObject({ phase: 'waiting', parked: '"v1"', due_at: 8e12 })
  expect(await runRow(database, 'again')).toMatchObject({ state: 'queued', phase: 'ready', attempts: 0, pause: null })
  expect(await database.query('SELECT key FROM {schema}.steps')).toEqual([])
})

test('a handler that runs on holds its slot until it ends, and a suspect stays one', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  const run = await addHeldRun(database, { job: 'a' })
  await settle(opened, [[run, { type: 'failed', error }]], { releasesSlot: false })
  expect(await database.query('SELECT worker, job, run FROM {schema}.leftovers')).toEqual([
    { worker: 1, job: 'a', run: 1 },
  ])
  await database.transaction((transaction) => releaseSlots(transaction, [run], new Hints()))
  expect(await database.query('SELECT id FROM {schema}.leftovers')).toEqual([])

  const suspect = await addHeldRun(database, { job: 'b', crashes: 3 })
  await settle(opened, [[suspect, { type: 'interrupted' }]], { isOnProbation: true })
  expect(await runRow(database, 'b')).toMatchObject({ phase: 'suspect', crashes: 3, attempts: 0 })
})

test('the compensation of a cancelled workflow begins with the release of its slot, and ends', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  const cancelled = { state: 'cancelled', ended_at: 5, workflow: '{"origin":"o"}' }
  const pending = await addHeldRun(database, { job: 'pending', ...cancelled, compensation: 1 })
  const running = await addHeldRun(database, { job: 'running', ...cancelled, compensation: 2 })

  await settle(opened, [
    [{ ...pending, workflow: { origin: 'o', steps: [], ended: 0 } } as StoredRun, { type: 'completed' }],
    [running, { type: 'completed' }],
  ])

  expect(await runRow(database, 'pending')).toMatchObject({ phase: 'ready', pause: 'awake', compensation: 2 })
  expect(await runRow(database, 'running')).toMatchObject({ phase: null, compensation: 0, is_open: false, ended_at: 5 })
})
