import { expect, onTestFinished, test } from 'vitest'

import { createEnvelope } from '../../../../test/kit/stored-run.ts'
import { createTestFile } from '../../../../test/kit/test-file.ts'
import { turnBatch } from '../../../rules/turn-batch.ts'
import type { Connection } from '../file/connection.ts'
import { cutoffsOf, deleteExpiredJobs } from './delete-expired-jobs.ts'
import { addJobs, endJob } from '../tables/jobs-table.ts'
import { openFile } from '../file/open-file.ts'
import { runAt } from '../tables/rows.ts'
import { addRun, cancelRun } from '../tables/runs-table.ts'

/** Creates a file with jobs. */
function createJobs(count: number): Connection {
  const connection = openFile(createTestFile().path)
  onTestFinished(() => connection.close())
  const envelopes = Array.from({ length: count }, () => createEnvelope())
  addJobs(connection, envelopes, 0)
  return connection
}

/** Deletes the expired jobs in batches. Returns the number of jobs of each batch. */
function deleteAll(connection: Connection): number[] {
  const left = (): number => connection.get<{ count: number }>('SELECT count(*) AS count FROM cgk_jobs')!.count
  const deleted: number[] = []
  for (let isMore = true; isMore;) {
    const before = left()
    isMore = deleteExpiredJobs(connection, cutoffsOf(connection, { count: 1000, ageMs: 10 }, 100), 100)
    deleted.push(before - left())
  }
  return deleted
}

test('deletes many expired jobs in several batches, and returns whether more remain', () => {
  const count = 2 * turnBatch + 10
  const connection = createJobs(count)
  for (let seq = 1; seq <= count; seq++) endJob(connection, seq, 'completed', 1)
  expect(deleteAll(connection)).toEqual([turnBatch, turnBatch, 10])
})

test('retains exactly the newest ended jobs up to the count, those with runs apart from those without', () => {
  const connection = createJobs(8)
  for (let seq = 1; seq <= 4; seq++) endJob(connection, seq, 'unhandled', seq)
  for (let seq = 5; seq <= 8; seq++)
    addRun(connection, { run: runAt(seq, 1), tenantId: 'acme', definitionId: 'work', maxAttempts: 1, rank: 0 })
  connection.exec("UPDATE cgk_runs SET state = 'completed', phase = NULL, ended_at = run >> 20")
  deleteExpiredJobs(connection, cutoffsOf(connection, { count: 2, ageMs: 1000 }, 10), 10)
  expect(connection.all<{ seq: number }>('SELECT seq FROM cgk_jobs ORDER BY seq').map(({ seq }) => seq)).toEqual([
    3, 4, 7, 8,
  ])
})

test('retains exactly the newest failed jobs up to their own count, also if another run of them has completed', () => {
  const connection = createJobs(7)
  const run = (seq: number, number: number): void =>
    addRun(connection, {
      run: runAt(seq, number),
      tenantId: 'acme',
      definitionId: `work ${number}`,
      maxAttempts: 1,
      rank: 0,
    })
  for (let seq = 1; seq <= 7; seq++) run(seq, 1)
  for (const seq of [2, 3]) run(seq, 2)
  connection.exec("UPDATE cgk_runs SET state = 'completed', phase = NULL, ended_at = run >> 20")
  const failed = [runAt(1, 1), runAt(2, 2), runAt(3, 2)].join(', ')
  connection.exec(`UPDATE cgk_runs SET state = 'failed', error = '{}', error_group = 'Error' WHERE run IN (${failed})`)
  const retention = { count: 2, ageMs: 1000, failed: { count: 2, ageMs: 5000 } }
  deleteExpiredJobs(connection, cutoffsOf(connection, retention, 10), 10)
  const left = (): number[] =>
    connection.all<{ seq: number }>('SELECT seq FROM cgk_jobs ORDER BY seq').map(({ seq }) => seq)
  expect(left()).toEqual([2, 3, 6, 7])
  deleteExpiredJobs(connection, cutoffsOf(connection, retention, 4000), 4000)
  expect(left()).toEqual([2, 3])
  deleteExpiredJobs(connection, cutoffsOf(connection, retention, 5003), 5003)
  expect(left()).toEqual([3])
})

test('does not count runs among the failed ones that were cancelled between two attempts', () => {
  const connection = createJobs(4)
  for (let seq = 1; seq <= 4; seq++)
    addRun(connection, { run: runAt(seq, 1), tenantId: 'acme', definitionId: 'work', maxAttempts: 2, rank: 0 })
  connection.exec("UPDATE cgk_runs SET error = '{}', error_group = 'Error', state = 'retrying'")
  connection.exec(`UPDATE cgk_runs SET state = 'failed', phase = NULL, ended_at = 1 WHERE run = ${runAt(1, 1)}`)
  for (let seq = 2; seq <= 4; seq++) cancelRun(connection, { run: runAt(seq, 1), worker: 0, rank: 0 }, false, 5)
  const retention = { count: 2, ageMs: 1000, failed: { count: 1, ageMs: 1000 } }
  deleteExpiredJobs(connection, cutoffsOf(connection, retention, 10), 10)
  const left = connection.all<{ seq: number }>('SELECT seq FROM cgk_jobs ORDER BY seq').map(({ seq }) => seq)
  expect(left).toContain(1)
})

test.for([
  ['outputs', 'UPDATE cgk_runs SET output = hex(zeroblob(1500000))'],
  ['step results', "INSERT INTO cgk_steps SELECT run, 'step', 0, hex(zeroblob(1500000)) FROM cgk_runs"],
])('deletes jobs with large %s in smaller batches', ([_, enlarge]) => {
  const count = 5
  const connection = createJobs(count)
  for (let seq = 1; seq <= count; seq++)
    addRun(connection, {
      run: runAt(seq, 1),
      tenantId: 'acme',
      definitionId: 'work',
      maxAttempts: 1,
      rank: 0,
      workflow: '{}',
    })
  connection.exec("UPDATE cgk_runs SET state = 'completed', phase = NULL, ended_at = 1")
  connection.exec(enlarge!)
  expect(deleteAll(connection)).toEqual([2, 2, 1])
  for (const table of ['cgk_runs', 'cgk_steps'])
    expect(connection.get(`SELECT count(*) AS count FROM ${table}`)).toEqual({ count: 0 })
})

test('deletes the references of a job with it', () => {
  const connection = createJobs(0)
  addJobs(connection, [createEnvelope({ references: ['a', 'b'] }), createEnvelope({ references: ['b'] })], 0)
  endJob(connection, 1, 'completed', 1)
  deleteAll(connection)
  expect(connection.all('SELECT reference, job FROM cgk_references')).toEqual([{ reference: 'b', job: 2 }])
})

test('writes no reference for a job without one', () => {
  const connection = createJobs(3)
  expect(connection.get('SELECT count(*) AS count FROM cgk_references')).toEqual({ count: 0 })
})

test('deletes many expired idempotency keys in several batches', () => {
  const connection = createJobs(0)
  const count = 2 * turnBatch + 10
  const envelopes = Array.from({ length: count }, (_, index) =>
    createEnvelope({ idempotencyKey: `${index}`, idempotencyTtlMs: 1 }),
  )
  addJobs(connection, [...envelopes, createEnvelope({ idempotencyKey: 'kept', idempotencyTtlMs: 200 })], 0)
  const left = (): number => connection.get<{ count: number }>('SELECT count(*) AS count FROM cgk_keys')!.count
  const counts: number[] = []
  for (let isMore = true; isMore;) {
    isMore = deleteExpiredJobs(connection, { withRuns: 0, withoutRuns: 0, failed: 0 }, 100)
    counts.push(left())
  }
  expect(counts).toEqual([turnBatch + 11, 11, 1])
})

test('retains signals to open jobs, which may wait for them later', () => {
  const connection = createJobs(3)
  for (let seq = 1; seq <= 2; seq++)
    addRun(connection, { run: runAt(seq, 1), tenantId: 'acme', definitionId: 'work', maxAttempts: 1, rank: 0 })
  connection.exec("UPDATE cgk_runs SET state = 'completed', phase = NULL, ended_at = 90 WHERE run >> 20 = 1")
  const ids = connection.all<{ id: string }>('SELECT id FROM cgk_jobs ORDER BY seq').map(({ id }) => id)
  const signals = ids.map((id) => createEnvelope({ event: 'signal/approval', references: [id] }))
  addJobs(connection, signals, 0)
  for (let seq = 4; seq <= 6; seq++) endJob(connection, seq, 'completed', 1)
  deleteAll(connection)
  expect(connection.all<{ seq: number }>('SELECT seq FROM cgk_jobs ORDER BY seq').map(({ seq }) => seq)).toEqual([
    1, 2, 3, 5, 6,
  ])
})
