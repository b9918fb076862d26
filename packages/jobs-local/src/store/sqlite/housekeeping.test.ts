import { expect, test } from 'vitest'

import { createTestFile } from '../../../test/kit/test-file.ts'
import { Housekeeping } from './housekeeping.ts'
import { openFile } from './open-file.ts'
import { Workers } from './workers.ts'

test('changes of a full file do not multiply while they are retried', ({ onTestFinished }) => {
  const connection = openFile(createTestFile().path)
  onTestFinished(() => connection.close())
  connection.exec(
    'WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 2500) ' +
      'INSERT INTO cgk_jobs (id, tenant, event, envelope, state, ended_at) ' +
      "SELECT 'job' || n, 'acme', 'work.requested', '', 'completed', 1 FROM numbers",
  )
  const changes: (() => void)[] = []
  const housekeeping = new Housekeeping({
    connection,
    retention: { count: 1000, ageMs: 1 },
    leaseMs: 60_000,
    workers: new Workers(connection, 60_000),
    now: () => Date.now(),
    change: (work) => new Promise(() => changes.push(work)),
  })
  housekeeping.start()
  onTestFinished(() => housekeeping.stop())
  for (let tries = 0; tries < 3; tries++) {
    connection.exec('BEGIN')
    for (const change of changes.slice()) change()
    connection.exec('ROLLBACK')
  }
  expect(changes).toHaveLength(2) // a heartbeat, and the rest of the expired jobs
})
