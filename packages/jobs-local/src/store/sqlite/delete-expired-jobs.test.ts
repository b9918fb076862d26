import { expect, test } from 'vitest'

import { createEnvelope } from '../../../test/kit/stored-run.ts'
import { createTestFile } from '../../../test/kit/test-file.ts'
import { turnBatch } from '../../turn-batch.ts'
import { deleteExpiredJobs } from './delete-expired-jobs.ts'
import { addJobs, endJob } from './jobs-table.ts'
import { openFile } from './open-file.ts'

test('deletes many expired jobs in several batches, and returns whether more remain', ({ onTestFinished }) => {
  const connection = openFile(createTestFile().path)
  onTestFinished(() => connection.close())
  const count = 2 * turnBatch + 10
  addJobs(
    connection,
    Array.from({ length: count }, () => createEnvelope()),
    0,
  )
  for (let seq = 1; seq <= count; seq++) endJob(connection, seq, 'completed', 1)
  const left = (): number => connection.get<{ count: number }>('SELECT count(*) AS count FROM cgk_jobs')!.count
  const deleted: number[] = []
  for (let isMore = true; isMore;) {
    const before = left()
    isMore = deleteExpiredJobs(connection, { count, ageMs: 10 }, 100)
    deleted.push(before - left())
  }
  expect(deleted).toEqual([turnBatch, turnBatch, 10])
})
