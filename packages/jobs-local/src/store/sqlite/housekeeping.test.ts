import { expect, test } from 'vitest'

import { createTestFile } from '../../../test/kit/test-file.ts'
import type { WorkerDefinition } from '../job-store.ts'
import { Housekeeping } from './housekeeping.ts'
import { openFile } from './open-file.ts'
import { Workers } from './workers.ts'

const definition = { definitionId: 'work', event: 'work.requested', maxAttempts: 3 }

/** Returns housekeeping of a file with 2500 expired jobs, and the changes that it wants to make. */
function createHousekeeping(onTestFinished: (end: () => void) => void, definitions: readonly WorkerDefinition[]) {
  const connection = openFile(createTestFile().path)
  onTestFinished(() => connection.close())
  connection.exec(
    'WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 2500) ' +
      'INSERT INTO cgk_jobs (id, tenant, event, envelope, state, ended_at) ' +
      "SELECT 'job' || n, 'acme', 'work.requested', '', 'completed', 1 FROM numbers",
  )
  const changes: (() => void)[] = []
  const workers = new Workers(connection, 60_000)
  workers.publish(definitions)
  const housekeeping = new Housekeeping({
    connection,
    retention: { count: 1000, ageMs: 1 },
    leaseMs: 60_000,
    workers,
    now: () => Date.now(),
    change: (work) => new Promise(() => changes.push(work)),
  })
  housekeeping.start()
  onTestFinished(() => housekeeping.stop())
  return { connection, changes }
}

test('changes of a full file do not multiply while they are retried', ({ onTestFinished }) => {
  const { connection, changes } = createHousekeeping(onTestFinished, [definition])
  for (let tries = 0; tries < 3; tries++) {
    connection.exec('BEGIN')
    for (const change of changes.slice()) change()
    connection.exec('ROLLBACK')
  }
  expect(changes).toHaveLength(2) // a heartbeat, and the rest of the expired jobs
})

test.for([
  ['with a definition', 2000, [definition]],
  ['without definitions', 2500, []],
] as const)('a process %s leaves %i expired jobs', ([_, left, definitions], { onTestFinished }) => {
  const { connection, changes } = createHousekeeping(onTestFinished, definitions)
  for (const change of changes) change()
  expect(connection.get('SELECT count(*) AS count FROM cgk_jobs')).toEqual({ count: left })
})
