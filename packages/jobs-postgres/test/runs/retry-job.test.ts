import { expect, test } from 'vitest'

import { Hints } from '../../src/store/changes.ts'
import { retryJob } from '../../src/engine/retry-job.ts'
import { addRun, runRow } from '../kit/add-run.ts'
import { openDatabase, type TestDatabase } from '../kit/open-database.ts'

const failed = { state: 'failed', phase: null, is_open: false, attempts: 3, ended_at: 9, error: '{}' }

function retry({ database }: TestDatabase, jobId: string, traceparent?: string): Promise<void> {
  return database.transaction((transaction) => retryJob(transaction, jobId, { traceparent, hints: new Hints() }))
}

test('each failed run gets another one, once, that continues its record', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  await addRun(database, { job: 'a', ...failed, workflow: '{"origin":"a-1"}', concurrency_key: '=k', priority: 7 }, 1)
  await addRun(
    database,
    { job: 'a', definition: 'other', state: 'completed', phase: null, is_open: false, ended_at: 9 },
    2,
  )
  const step = JSON.stringify({ key: 'charge', kind: 'run', state: 'completed', startedAt: 1, endedAt: 2, order: 1 })
  await database.query(
    "INSERT INTO {schema}.steps (job, run, key, position, record) VALUES ('a', 1, 'charge', 0, $1)",
    [step],
  )
  await database.query('DELETE FROM {schema}.lanes')

  await Promise.all([retry(opened, 'a'), retry(opened, 'a')])

  const row = await runRow(database, 'a', 3)
  expect(row).toMatchObject({
    definition: 'd',
    state: 'queued',
    phase: 'ready',
    attempts: 0,
    retry_of: 1,
    concurrency_key: '=k',
    rank: row.retried_at! - 7000,
  })
  expect(await database.query('SELECT id FROM {schema}.lanes WHERE has_waiting')).toEqual([{ id: row.lane }])
  expect(await database.query('SELECT key FROM {schema}.steps WHERE run = 3')).toEqual([{ key: 'charge' }])
  expect(await database.query('SELECT number FROM {schema}.runs')).toHaveLength(3)
})

test('the runs of a retry get its trace, and not that of an earlier one', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  const envelope = { v: 1, id: 'a', event: 'e', tenantId: 't', payload: 1, sentAt: 1 }
  const stored = async (): Promise<unknown> => {
    const [job] = await database.query<{ envelope: string }>('SELECT envelope FROM {schema}.jobs')
    return JSON.parse(job!.envelope)
  }
  await addRun(database, { job: 'a', ...failed }, 1)
  await database.query('UPDATE {schema}.jobs SET envelope = $1', [JSON.stringify(envelope)])

  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
  await retry(opened, 'a', traceparent)
  expect(await stored()).toEqual({ ...envelope, retryTraceparent: traceparent })

  await database.query(
    "UPDATE {schema}.runs SET state = 'failed', phase = NULL, is_open = false, ended_at = 9, error = '{}'",
  )
  await retry(opened, 'a')
  expect(await stored()).toEqual(envelope)
})

test('an unhandled job is due again, as of its retry', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  const envelope = JSON.stringify({ v: 1, id: 'a', event: 'e', tenantId: 't', payload: 1, sentAt: 1, delayMs: 5 })
  await database.query(
    "INSERT INTO {schema}.jobs (id, tenant, event, envelope, sent_at, state, ended_at) VALUES ('a', 't', 'e', $1, 1, 'unhandled', 2)",
    [envelope],
  )

  await retry(opened, 'a')
  await retry(opened, 'a')

  expect(await database.query('SELECT job, tenant, event FROM {schema}.arrivals')).toEqual([
    { job: 'a', tenant: 't', event: 'e' },
  ])
  const [job] = await database.query<{ envelope: string }>('SELECT state, ended_at, envelope FROM {schema}.jobs')
  expect(job).toMatchObject({ state: null, ended_at: null })
  expect(JSON.parse(job!.envelope)).not.toHaveProperty('delayMs')
})
