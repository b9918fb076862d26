import { expect, test } from 'vitest'

import { createTestFile } from '../../../test/kit/test-file.ts'
import type { WorkerDefinition } from '../job-store.ts'
import type { Connection } from './connection.ts'
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
  return { connection, changes, housekeeping }
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

const others = {
  'no worker': () => undefined,
  'a live worker': (connection: Connection) => joined(connection),
  'a live worker without definitions': (connection: Connection) => joined(connection, []),
  'a worker that has left': (connection: Connection) => joined(connection).leave(),
}

function joined(connection: Connection, definitions = [definition]): Workers {
  const worker = new Workers(connection, 60_000)
  worker.publish(definitions)
  worker.join()
  return worker
}

test.for([
  ['with a definition', 'a live worker', 2000, [definition], false],
  ['without definitions that only reads', 'no worker', 2500, [], false],
  ['without definitions that only reads', 'a worker that has left', 2500, [], false],
  ['without definitions that sends', 'no worker', 2000, [], true],
  ['without definitions that sends', 'a live worker without definitions', 2000, [], true],
  ['without definitions that sends', 'a worker that has left', 2000, [], true],
  ['without definitions that sends', 'a live worker', 2500, [], true],
] as const)('a process %s, beside %s, leaves %i expired jobs', ([_, beside, left, definitions, sends], context) => {
  const { connection, changes, housekeeping } = createHousekeeping(context.onTestFinished, definitions)
  others[beside](connection)
  if (sends) housekeeping.noteSend()
  for (const change of changes) change()
  expect(connection.get('SELECT count(*) AS count FROM cgk_jobs')).toEqual({ count: left })
})
