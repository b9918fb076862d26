import type { Outcome } from '@cgk-platform/jobs-core/provider'
import type { StoredRun } from '@cgk-platform/jobs-local/engine'
import { expect, test } from 'vitest'

import type { Database } from '../../src/database/database.ts'
import { Hints } from '../../src/store/changes.ts'
import { endPlainly } from '../../src/store/runs/ended-attempts.ts'
import { addHeldRun, runRow } from '../kit/add-run.ts'
import { openDatabase } from '../kit/open-database.ts'

const completed: Outcome = { type: 'completed', output: 'done' }

async function end(database: Database, outcomes: readonly (readonly [StoredRun, Outcome])[], releasesSlot = true) {
  const ended = outcomes.map(([run, outcome]) => ({ run, attempt: run.attempts, outcome, releasesSlot }))
  return (await endPlainly(database, ended, new Hints())).map(({ run }) => run.id)
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
  expect(await runRow(database, 'a')).toMatchObject({ state: 'running', phase: 'held' })
})

test('an outcome frees the slot of its definition, its tenant and its key for others', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  const run = await addHeldRun(database, { job: 'a', concurrency_key: 'k' })
  const addLane =
    'INSERT INTO {schema}.lanes (definition, tenant, concurrency_key, throttle_key, has_waiting, gate) ' +
    "VALUES ('d', $1, $2, 'x', true, $3)"
  const lanes = [
    ['t', 'k', 'key'],
    ['t', 'l', 'tenant'],
    ['t', 'm', 'key'],
    ['u', 'k', 'tenant'],
    ['t', 'n', 'paused'],
  ]
  for (const lane of lanes) await database.query(addLane, lane)
  await database.query("INSERT INTO {schema}.limits (definition, is_full) VALUES ('d', true)")
  const hints = new Hints()
  const ended = [{ run, attempt: 1, outcome: completed, releasesSlot: true }]
  expect(await endPlainly(database, ended, hints)).toEqual([])
  expect(hints.isWorkReady).toBe(true)
  expect(await database.query('SELECT is_full FROM {schema}.limits')).toEqual([{ is_full: false }])
  const gates = await database.query<{ gate: string | null }>(
    "SELECT gate FROM {schema}.lanes WHERE throttle_key = 'x' ORDER BY id",
  )
  expect(gates.map(({ gate }) => gate)).toEqual([null, null, 'key', 'tenant', 'paused'])
})
