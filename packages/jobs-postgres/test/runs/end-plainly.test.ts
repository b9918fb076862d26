import type { Outcome } from '@cgk-platform/jobs-core/provider'
import type { StoredRun } from '@cgk-platform/jobs-local/engine'
import { expect, test } from 'vitest'

import type { Database } from '../../src/database/database.ts'
import { endPlainly } from '../../src/store/runs/ended-attempts.ts'
import { addHeldRun, runRow } from '../kit/add-run.ts'
import { openDatabase } from '../kit/open-database.ts'

const completed: Outcome = { type: 'completed', output: 'done' }

async function end(database: Database, outcomes: readonly (readonly [StoredRun, Outcome])[], releasesSlot = true) {
  const ended = outcomes.map(([run, outcome]) => ({ run, attempt: run.attempts, outcome, releasesSlot }))
  return (await endPlainly(database, ended)).map(({ run }) => run.id)
}

test('most outcomes are recorded in one statement, which leaves those of runs that have changed', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((job) => addHeldRun(database, { job })))
  await database.query("UPDATE {schema}.runs SET worker = 2 WHERE job = 'c'")

  const left = await end(database, [
    [a!, completed],
    [b!, { type: 'failed', error: { name: 'Error', message: 'down' } }],
    [c!, completed],
  ])

  expect(left).toEqual(['c-1'])
  expect(await runRow(database, 'a')).toMatchObject({
    state: 'completed',
    output: '"done"',
    is_open: false,
    phase: null,
  })
  expect(await runRow(database, 'b')).toMatchObject({ state: 'failed', error: '{"name":"Error","message":"down"}' })
  expect(await runRow(database, 'c')).toMatchObject({ state: 'running', phase: 'held' })
})

test('an outcome that changes more than its run remains, with those of its batch', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  const run = await addHeldRun(database, { job: 'a' })
  const other = await addHeldRun(database, { job: 'b' })
  expect(
    await end(database, [
      [run, completed],
      [other, { type: 'retry', afterMs: 1, error: { name: 'E', message: '' } }],
    ]),
  ).toEqual(['a-1', 'b-1'])
  expect(await end(database, [[run, completed]], false)).toEqual(['a-1'])

  await database.query("INSERT INTO {schema}.waits (job, run, key, tenant, for_job) VALUES ('p', 1, 'k', 't', 'a')")
  expect(await end(database, [[run, completed]])).toEqual(['a-1'])
  await database.query('DELETE FROM {schema}.waits')
  await database.query("INSERT INTO {schema}.limits (definition) VALUES ('d')")
  expect(await end(database, [[run, completed]])).toEqual(['a-1'])
  expect(await runRow(database, 'a')).toMatchObject({ state: 'running', phase: 'held' })
})
