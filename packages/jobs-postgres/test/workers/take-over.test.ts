import { expect, test } from 'vitest'

import { Hints } from '../../src/store/changes.ts'
import { takeOver } from '../../src/store/workers/take-over.ts'
import { addHeldRun, addRun, runRow } from '../kit/add-run.ts'
import { openDatabase, type TestDatabase } from '../kit/open-database.ts'

const workflow = JSON.stringify({ origin: 'o' })

async function takeOverOf({ database }: TestDatabase, ...workers: readonly number[]): Promise<Hints> {
  const hints = new Hints()
  await database.transaction((transaction) => takeOver(transaction, workers, hints))
  return hints
}

test('a run that was alone is charged: its attempt counts, and is recorded', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  await addHeldRun(database, { job: 'alone', worker: 7 })
  await addHeldRun(database, { job: 'other', worker: 8 })

  await takeOverOf(opened, 7)

  const charged = { state: 'queued', phase: 'suspect', worker: null, attempts: 1, crashes: 2 }
  expect(await runRow(database, 'alone')).toMatchObject(charged)
  expect(await runRow(database, 'other')).toMatchObject({ state: 'running', phase: 'held', worker: 8 })
  const attempts = await database.query('SELECT job, number, worker FROM {schema}.attempts')
  expect(attempts).toEqual([{ job: 'alone', number: 1, worker: 7 }])
})

test('of several runs none is charged, unless it has seen far more crashes', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  await addHeldRun(database, { job: 'a', worker: 7, attempts: 2, crashes: 5 })
  await addHeldRun(database, { job: 'b', worker: 8, crashes: 1 })
  await takeOverOf(opened, 7, 8)
  expect(await runRow(database, 'a')).toMatchObject({ state: 'queued', attempts: 1, crashes: 6 })
  expect(await runRow(database, 'b')).toMatchObject({ state: 'queued', attempts: 0, crashes: 2 })

  await database.query(
    "UPDATE {schema}.runs SET phase = 'held', worker = 7, state = 'running', attempts = attempts + 1",
  )
  await database.query("UPDATE {schema}.runs SET crashes = 7 WHERE job = 'a'")
  await takeOverOf(opened, 7)
  expect(await runRow(database, 'a')).toMatchObject({ attempts: 2, crashes: 8 })
  expect(await runRow(database, 'b')).toMatchObject({ attempts: 0, crashes: 3 })
})

test('a resumed workflow resumes again, a cancelled run ends, and its compensation begins or begins again', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  await addHeldRun(database, { job: 'resumed', worker: 7, resumed: true, workflow })
  const cancelled = { worker: 7, state: 'cancelled', ended_at: 9 }
  await addHeldRun(database, { job: 'cancelled', ...cancelled })
  await addHeldRun(database, { job: 'pending', ...cancelled, workflow, compensation: 1 })
  await addHeldRun(database, { job: 'compensating', ...cancelled, workflow, compensation: 2 })
  await addRun(database, { job: 'waiting' })

  const hints = await takeOverOf(opened, 7)

  expect(hints.isWorkReady).toBe(true)
  expect(await runRow(database, 'resumed')).toMatchObject({ state: 'running', phase: 'suspect', pause: 'awake' })
  expect(await runRow(database, 'cancelled')).toMatchObject({ phase: null, is_open: false })
  expect(await runRow(database, 'pending')).toMatchObject({ phase: 'ready', pause: 'awake', compensation: 2 })
  expect(await runRow(database, 'compensating')).toMatchObject({ phase: 'suspect', pause: 'awake', attempts: 1 })
  expect(await runRow(database, 'waiting')).toMatchObject({ phase: 'ready', is_open: true })
})

test('it frees the slots of handlers that still ran, and opens what waits for them', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  await addHeldRun(database, { job: 'a', worker: 7, concurrency_key: '=k' })
  await database.query("INSERT INTO {schema}.limits (definition, is_full) VALUES ('d', true)")
  await database.query(
    "INSERT INTO {schema}.leftovers (worker, job, run, definition, tenant, concurrency_key) VALUES (7, 'a', 1, 'd', 't', '=k')",
  )
  await database.query("UPDATE {schema}.lanes SET gate = 'key'")

  await takeOverOf(opened, 7)

  expect(await database.query('SELECT gate FROM {schema}.lanes')).toEqual([{ gate: null }])
  expect(await database.query('SELECT is_full FROM {schema}.limits')).toEqual([{ is_full: false }])
  expect(await database.query('SELECT id FROM {schema}.leftovers')).toEqual([])
  // Beside a handler that still ran, nobody knows which of them ended the process.
  expect(await runRow(database, 'a')).toMatchObject({ attempts: 0, crashes: 1 })
})
