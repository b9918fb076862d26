import { expect, test } from 'vitest'

import { returnUnknownRuns } from '../../src/engine/pass-runner.ts'
import { Hints } from '../../src/store/changes.ts'
import { addHeldRun, runRow } from '../kit/add-run.ts'
import { openDatabase } from '../kit/open-database.ts'
import { openWorker } from '../kit/open-worker.ts'

test('runs that a worker holds without knowing it wait for a slot again', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  const worker = await openWorker(database, 'a')
  const mine = { worker: worker.id }
  worker.held.add(await addHeldRun(database, { job: 'known', ...mine }))
  await addHeldRun(database, { job: 'unknown', ...mine })
  await addHeldRun(database, { job: 'suspect', ...mine, crashes: 2 })
  await addHeldRun(database, { job: 'follows', ...mine, phase: 'joined', gather_until: 1 })
  await addHeldRun(database, { job: 'cancelled', ...mine, state: 'cancelled', ended_at: 9 })
  await addHeldRun(database, { job: 'other', worker: 1 })

  const hints = new Hints()
  await database.transaction((transaction) => returnUnknownRuns(transaction, worker, hints))

  expect(hints.isWorkReady).toBe(true)
  expect(await runRow(database, 'known')).toMatchObject({ phase: 'held' })
  expect(await runRow(database, 'unknown')).toMatchObject({
    phase: 'ready',
    state: 'queued',
    attempts: 0,
    worker: null,
  })
  expect(await runRow(database, 'suspect')).toMatchObject({ phase: 'suspect', crashes: 2 })
  expect(await runRow(database, 'follows')).toMatchObject({ phase: 'gathering' })
  expect(await runRow(database, 'cancelled')).toMatchObject({ phase: 'held' }) // its handler may still run
  expect(await runRow(database, 'other')).toMatchObject({ phase: 'held' })
  expect(await database.query('SELECT has_waiting FROM {schema}.lanes')).toEqual([{ has_waiting: true }])
})
