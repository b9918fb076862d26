import { spawnSync } from 'node:child_process'
import { identifyProcess } from '@cgk-platform/jobs-local/engine'
import { expect, test, vi } from 'vitest'

import { readElsewhere } from '../../src/store/arrivals/definitions-elsewhere.ts'
import { readWorkers } from '../../src/store/workers/read-workers.ts'
import { addHeldRun, addRun, runRow } from '../kit/add-run.ts'
import { beginTransaction, untilLocked } from '../kit/barrier.ts'
import { openDatabase } from '../kit/open-database.ts'
import { expire, openWorker, untilRemoved } from '../kit/open-worker.ts'

const definition = (id: string, event: string) => ({ definitionId: id, event, maxAttempts: 3 })

test('a worker that sends no heartbeats is removed, and joins again without its runs', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  const silent = await openWorker(database, 'a')
  const alive = await openWorker(database, 'b')
  const before = silent.id
  silent.held.add(await addHeldRun(database, { job: 'a', worker: before }))

  await expire(database, silent)
  expect((await readWorkers(database)).map(({ id }) => id)).toEqual([String(alive.id)])
  await untilRemoved(database, alive, silent)
  expect(await runRow(database, 'a')).toMatchObject({ phase: 'suspect', worker: null })

  expect(await database.transaction((transaction) => silent.lock(transaction))).toBe(false)
  expect(silent.isPublished).toBe(false)
  await silent.join()
  expect(silent.id).not.toBe(before)
  expect(silent.lostRuns.map(({ id }) => id)).toEqual(['a-1'])
})

test('nobody removes a worker that begins runs', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  const slow = await openWorker(database, 'a')
  const alive = await openWorker(database, 'b')
  await database.transaction(async (transaction) => {
    expect(await slow.lock(transaction)).toBe(true)
    await expire(database, slow)
    await alive.heartbeat()
  })
  expect(await database.query('SELECT id FROM {schema}.workers')).toHaveLength(2)
})

test('a worker stays alive while it waits for a lock to take over the runs of another one', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  const [dead, alive] = [await openWorker(database, 'a'), await openWorker(database, 'b')]
  await addHeldRun(database, { job: 'a', worker: dead.id })
  await alive.heartbeat() // that of the start
  await expire(database, dead)
  const locker = beginTransaction(database, (transaction) =>
    transaction.query('SELECT 1 FROM {schema}.runs FOR UPDATE'),
  )
  await locker.worked
  const lastBeat = (): Promise<unknown> =>
    database.query('SELECT heartbeat_at FROM {schema}.workers WHERE id = $1', [alive.id])
  try {
    void alive.heartbeat()
    await untilLocked(database)
    const before = await lastBeat()
    await vi.waitFor(async () => {
      void alive.heartbeat()
      expect(await lastBeat()).not.toEqual(before)
    }, 60_000)
  } finally {
    await locker.commit()
  }
  await untilRemoved(database, alive, dead)
})

test('workers of one process are removed together, and once', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  const [first, second] = [await openWorker(database, 'a'), await openWorker(database, 'a')]
  const [one, other] = [await openWorker(database, 'b'), await openWorker(database, 'c')]
  await addHeldRun(database, { job: 'a', worker: first.id })
  await addHeldRun(database, { job: 'b', worker: second.id })
  await Promise.all([expire(database, first), expire(database, second)])

  await Promise.all([untilRemoved(database, one, first), untilRemoved(database, other, second)])

  // Neither was alone, so neither is charged.
  expect(await runRow(database, 'a')).toMatchObject({ phase: 'suspect', attempts: 0, crashes: 1 })
  expect(await runRow(database, 'b')).toMatchObject({ phase: 'suspect', attempts: 0, crashes: 1 })
})

test('a worker that closes frees its runs, and its definitions stay known', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  const worker = await openWorker(database, 'a', [definition('x', 'e')])
  await addHeldRun(database, { job: 'a', worker: worker.id })

  await worker.close()

  expect(await runRow(database, 'a')).toMatchObject({ phase: 'suspect' })
  expect(await database.query('SELECT id FROM {schema}.workers')).toEqual([])
  const known = await readElsewhere(database, 0, [], ['e'])
  expect(known.subscribersOf('e').map(({ definitionId }) => definitionId)).toEqual(['x'])
  expect(await worker.join()).toBe(false)
})

test('a replacement retires the definitions that it does not have, but only of workers that ended before it', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  const old = await openWorker(database, 'a', [definition('kept', 'e'), definition('gone', 'e')])
  const colleague = await openWorker(database, 'b', [definition('kept', 'e')])
  await old.close()
  await database.query('UPDATE {schema}.workers SET since = since - 20000')
  const idsOf = async (): Promise<string[]> =>
    (await readElsewhere(database, 0, [], ['e'])).subscribersOf('e').map(({ definitionId }) => definitionId)

  await colleague.tidy()
  expect(await idsOf()).toEqual(['gone', 'kept'])

  const replacement = await openWorker(database, 'a', [definition('kept', 'e')])
  await replacement.tidy()
  expect(await idsOf()).toEqual(['gone', 'kept'])
  await database.query('UPDATE {schema}.definitions SET worker_ended_at = worker_ended_at - 30000')
  await database.query('UPDATE {schema}.workers SET since = since - 20000')
  await replacement.tidy()
  expect(await idsOf()).toEqual(['kept'])
})

test('a limit that began while its last slot was freed is found later', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  const worker = await openWorker(database, 'a')
  await addHeldRun(database, { job: 'a', tenant: 'busy' })
  await addRun(database, { job: 'b', tenant: 'idle' })
  await database.query("INSERT INTO {schema}.limits (definition, is_full) VALUES ('d', true)")
  await database.query("UPDATE {schema}.lanes SET gate = 'key'")

  await worker.tidy()

  expect(await database.query('SELECT is_full FROM {schema}.limits')).toEqual([{ is_full: false }])
  expect(await database.query('SELECT tenant, gate FROM {schema}.lanes ORDER BY tenant')).toEqual([
    { tenant: 'busy', gate: 'key' },
    { tenant: 'idle', gate: null },
  ])
})

test('a worker takes over the runs of a process of its machine that has ended as soon as it joins', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  const dead = await openWorker(database, 'a')
  await addHeldRun(database, { job: 'a', worker: dead.id })
  const { pid } = spawnSync(process.execPath, ['--version'])
  await database.query('UPDATE {schema}.workers SET process = $1', [
    JSON.stringify({ ...(JSON.parse(identifyProcess()) as object), pid }),
  ])
  await openWorker(database, 'b')
  await expect.poll(() => runRow(database, 'a')).toMatchObject({ phase: 'suspect', worker: null })
})
