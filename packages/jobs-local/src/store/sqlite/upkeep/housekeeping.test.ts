import { DatabaseSync } from 'node:sqlite'

import { expect, test } from 'vitest'

import { createTestFile } from '../../../../test/kit/test-file.ts'
import { nextTurn } from '../../../../test/kit/turns.ts'
import type { WorkerDefinition } from '../../../records/subscriber.ts'
import { addJobTables } from '../add-job-tables.ts'
import type { Connection } from '../file/connection.ts'
import { releaseDiskSpace } from './delete-expired-jobs.ts'
import { Housekeeping, type HousekeepingDependencies } from './housekeeping.ts'
import { openFile } from '../file/open-file.ts'
import { Workers } from '../workers/workers.ts'

const definition = { definitionId: 'work', event: 'work.requested', maxAttempts: 3 }

/** Returns housekeeping of a file with 2500 expired jobs, and the changes that it wants to make. */
function createHousekeeping(
  onTestFinished: (end: () => void) => void,
  definitions: readonly WorkerDefinition[],
  options: Partial<HousekeepingDependencies> = {},
) {
  const connection = openFile(createTestFile().path)
  onTestFinished(() => connection.close())
  connection.exec(
    'WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 2500) ' +
      'INSERT INTO cgk_jobs (id, tenant, event, envelope, state, ended_at) ' +
      "SELECT 'job' || n, 'acme', 'work.requested', '', 'completed', 1 FROM numbers",
  )
  const changes: (() => void)[] = []
  const workers = new Workers(connection, 60_000)
  workers.definitions.publish(definitions)
  const housekeeping = new Housekeeping({
    connection,
    retention: { count: 1000, ageMs: 1 },
    leaseMs: 60_000,
    workers,
    now: () => Date.now(),
    change: (work) => new Promise(() => changes.push(work)),
    ...options,
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
  worker.definitions.publish(definitions)
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

/** Housekeeping whose changes are made at once. Records how many jobs are left at each rest, which ends with `resume`. */
function createRestingHousekeeping(onTestFinished: (end: () => void) => void) {
  const rests: (() => void)[] = []
  const left: number[] = []
  const { connection, housekeeping } = createHousekeeping(onTestFinished, [definition], {
    change: async (work) => work(),
    rest: () =>
      new Promise((resolve) => {
        left.push(connection.get<{ count: number }>('SELECT count(*) AS count FROM cgk_jobs')!.count)
        rests.push(resolve)
      }),
  })
  const resume = async (): Promise<void> => {
    rests.shift()?.()
    await nextTurn()
  }
  return { connection, housekeeping, left, resume }
}

test('a process rests between batches of a backlog', async ({ onTestFinished }) => {
  const { left, resume } = createRestingHousekeeping(onTestFinished)
  for (let turn = 0; turn < 10; turn++) await resume()
  expect(left).toEqual([2000, 1750, 1500, 1250, 1000, 750, 500, 250, 0])
})

test('a process does not rest before it has deleted more jobs than have ended', async ({ onTestFinished }) => {
  const { housekeeping, left, resume } = createRestingHousekeeping(onTestFinished)
  await nextTurn()
  expect(left).toEqual([2000])
  for (let ended = 0; ended < 1000; ended++) housekeeping.countEnded()
  await resume()
  expect(left).toEqual([2000, 500])
})

test('a process that stops deletes nothing more', async ({ onTestFinished }) => {
  const { housekeeping, left, resume } = createRestingHousekeeping(onTestFinished)
  await nextTurn()
  housekeeping.stop()
  for (let turn = 0; turn < 10; turn++) await resume()
  expect(left).toEqual([2000])
})

test('the space of deleted jobs is returned in parts, until a tenth of the file is free', ({ onTestFinished }) => {
  const connection = openFile(createTestFile().path)
  onTestFinished(() => connection.close())
  const pragma = (name: string): number => Number(connection.get<Record<string, number>>(`PRAGMA ${name}`)![name])
  connection.exec('CREATE TABLE other (value BLOB); INSERT INTO other VALUES (zeroblob(8000000)); DELETE FROM other')
  const free: number[] = [pragma('freelist_count')]
  for (let isMore = true; isMore;) {
    isMore = releaseDiskSpace(connection)
    free.push(pragma('freelist_count'))
  }
  for (const [index, before] of free.slice(0, -1).entries()) {
    expect(before - free[index + 1]!).toBeGreaterThan(0)
    expect(before - free[index + 1]!).toBeLessThanOrEqual(500)
  }
  expect(free.length).toBeGreaterThan(3)
  expect(free.at(-1)! * 10).toBeLessThanOrEqual(pragma('page_count'))
})

test('a file that cannot return space is left as it is', ({ onTestFinished }) => {
  const { path } = createTestFile()
  const own = new DatabaseSync(path)
  own.exec('CREATE TABLE orders (id TEXT)')
  own.close()
  addJobTables(path)
  const connection = openFile(path)
  onTestFinished(() => connection.close())
  connection.exec('CREATE TABLE other (value BLOB); INSERT INTO other VALUES (zeroblob(8000000)); DELETE FROM other')
  expect(releaseDiskSpace(connection)).toBe(false)
})
