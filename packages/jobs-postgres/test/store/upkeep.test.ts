import { signalEventOf } from '@cgk-platform/jobs-core/scheduling'
import { type Retention, turnBatch } from '@cgk-platform/jobs-local/engine'
import { expect, onTestFinished, test } from 'vitest'

import type { Database } from '../../src/database/database.ts'
import { readDeletedUntil } from '../../src/store/reads/clock-skew.ts'
import { readHistory } from '../../src/store/reads/read-history.ts'
import { readGrowth } from '../../src/store/upkeep/growth.ts'
import { Upkeep } from '../../src/store/upkeep/upkeep.ts'
import { beginTransaction } from '../kit/barrier.ts'
import { addJob, addRun, completed, held } from '../kit/fixtures.ts'
import { openDatabase } from '../kit/open-database.ts'

async function open(): Promise<Database> {
  const { database, close } = await openDatabase()
  onTestFinished(close)
  return database
}

function createUpkeep(database: Database, retention: Partial<Retention> = {}): Upkeep {
  const upkeep = new Upkeep({
    database,
    retention: { count: 1000, ageMs: 24 * 60 * 60 * 1000, ...retention },
    isWorker: () => true,
  })
  onTestFinished(() => upkeep.stop())
  return upkeep
}

async function ids(database: Database): Promise<string[]> {
  const rows = await database.query<{ id: string }>('SELECT id FROM {schema}.jobs ORDER BY id')
  return rows.map(({ id }) => id)
}

async function countRows(database: Database, table: string): Promise<number> {
  const [row] = await database.query<{ count: number }>(`SELECT count(*) AS count FROM {schema}.${table}`)
  return row!.count
}

test('many expired jobs are deleted in batches, with all that they have', async () => {
  const database = await open()
  const count = 2 * turnBatch + 10
  const id = "'id' || lpad(n::text, 5, '0')"
  const each = (sql: string) => database.query(`${sql} FROM generate_series(1, ${count}) n`)
  await each(`INSERT INTO {schema}.jobs (id, tenant, event, envelope, sent_at) SELECT ${id}, 'acme', 'e', '{}', 1`)
  await each(`INSERT INTO {schema}.references SELECT 'order' || n, ${id}`)
  await each(
    'INSERT INTO {schema}.runs (job, number, is_open, lane, definition, tenant, state, max_attempts, ended_at) ' +
      `SELECT ${id}, 1, false, 1, 'd', 'acme', 'completed', 1, n`,
  )
  await each(`INSERT INTO {schema}.attempts (job, run, number, ended_at) SELECT ${id}, 1, 1, 1`)
  await each(`INSERT INTO {schema}.steps (job, run, key, position, record) SELECT ${id}, 1, 'a', 0, '{}'`)
  await createUpkeep(database).run()
  for (const table of ['jobs', 'references', 'runs', 'attempts', 'steps'])
    expect(await countRows(database, table)).toBe(0)
  expect(await readDeletedUntil(database)).toBe(count)
})

test('failed jobs stay up to their own count and age, also if another run of them has completed', async () => {
  const database = await open()
  const now = Date.now()
  const jobs: string[] = []
  const failed = { ...completed, state: 'failed', error: '{}', error_group: 'Error' }
  for (let at = now - 5000; at < now - 4997; at++) {
    jobs.push(await addJob(database))
    await addRun(database, { job: jobs.at(-1)!, ...completed, ended_at: at })
    await addRun(database, { job: jobs.at(-1)!, number: 2, definition: 'other', ...failed, ended_at: at })
  }
  for (let at = now; at < now + 3; at++) {
    jobs.push(await addJob(database))
    await addRun(database, { job: jobs.at(-1)!, ...completed, ended_at: at })
  }
  await createUpkeep(database, { count: 1, failed: { count: 2, ageMs: 60_000 } }).run()
  expect(await ids(database)).toEqual([jobs[1], jobs[2], jobs[5]])
  await createUpkeep(database, { count: 1, failed: { count: 2, ageMs: 1000 } }).run()
  expect(await ids(database)).toEqual([jobs[5]])
})

test('the newest ended jobs up to the count stay, those with runs apart from those without', async () => {
  const database = await open()
  const now = Date.now()
  const jobs: string[] = []
  for (let at = now; at < now + 4; at++) jobs.push(await addJob(database, { state: 'unhandled', endedAt: at }))
  for (let at = now; at < now + 4; at++) {
    jobs.push(await addJob(database))
    await addRun(database, { job: jobs.at(-1)!, ...completed, ended_at: at })
  }
  await createUpkeep(database, { count: 2 }).run()
  expect(await ids(database)).toEqual([jobs[2], jobs[3], jobs[6], jobs[7]])
})

test('a job stays as long as one of its runs is open, holds a slot, or has not expired', async () => {
  const database = await open()
  const retried = await addJob(database)
  await addRun(database, { job: retried, ...completed, state: 'failed' })
  await addRun(database, { job: retried, number: 2, retry_of: 1, ...held })
  const recent = await addJob(database)
  await addRun(database, { job: recent, ...completed, state: 'failed' })
  await addRun(database, { job: recent, number: 2, ...completed, ended_at: Date.now() })
  const cancelled = await addJob(database)
  await addRun(database, { job: cancelled, ...held, state: 'cancelled', ended_at: 2 })
  const superseded = await addJob(database)
  await addRun(database, { job: superseded, ...completed, state: 'superseded', started_at: null, attempts: 0 })
  await createUpkeep(database).run()
  expect(await ids(database)).toEqual([retried, recent, cancelled])
})

test('a signal stays until the job that it is for has ended', async () => {
  const database = await open()
  const open1 = await addJob(database)
  await addRun(database, { job: open1, ...held })
  const ended = await addJob(database, { state: 'cancelled', endedAt: Date.now() })
  const signal = { event: signalEventOf('approve'), state: 'completed', endedAt: 1 } as const
  const kept = await addJob(database, { ...signal, references: [open1] })
  await addJob(database, { ...signal, references: [ended] })
  const long = await addJob(database, { ...signal, event: signalEventOf('x'.repeat(300)), references: [open1] })
  await createUpkeep(database).run()
  expect(await ids(database)).toEqual([open1, ended, kept, long])
})

test('a job that is being retried stays', async () => {
  const database = await open()
  const job = await addJob(database)
  await addRun(database, { job, ...completed, state: 'failed' })
  const retrying = beginTransaction(database, (transaction) =>
    transaction.query('SELECT 1 FROM {schema}.jobs WHERE id = $1 FOR UPDATE', [job]),
  )
  await retrying.worked
  await createUpkeep(database).run()
  await retrying.commit()
  expect(await ids(database)).toEqual([job])
})

test('one worker at a time deletes', async () => {
  const database = await open()
  await addJob(database, { state: 'unhandled', endedAt: 1 })
  const lock = "SELECT pg_advisory_xact_lock(hashtextextended('upkeep {schema}', 0))"
  const other = beginTransaction(database, (transaction) => transaction.query(lock))
  await other.worked
  const upkeep = createUpkeep(database)
  await upkeep.run()
  expect(await countRows(database, 'jobs')).toBe(1)
  await other.commit()
  await upkeep.run()
  expect(await countRows(database, 'jobs')).toBe(0)
})

test('keys that have expired, lanes without runs and past states of throttles are deleted', async () => {
  const database = await open()
  const later = Date.now() + 1e9
  for (const [key, at] of [
    ['old', 1],
    ['new', later],
  ] as const) {
    await database.query("INSERT INTO {schema}.keys VALUES ('acme', 'e', $1, 'job', $2)", [key, at])
    await database.query("INSERT INTO {schema}.buckets VALUES ('d', 'acme', $1, $2)", [key, at])
  }
  const phases = [
    { phase: 'ready' },
    held,
    { phase: 'waiting', due_at: later },
    { phase: 'gathering', gather_until: later },
    { phase: 'suspect' },
    { ...held, phase: 'joined' },
  ]
  for (const [index, phase] of phases.entries())
    await addRun(database, { job: await addJob(database), definition: `d${index}`, ...phase })
  await addRun(database, { job: await addJob(database), definition: 'idle', ...completed, ended_at: Date.now() })
  await addRun(database, { job: await addJob(database), definition: 'waiting', ...completed, ended_at: Date.now() })
  await database.query("UPDATE {schema}.lanes SET has_waiting = definition = 'waiting'")
  await createUpkeep(database).run()
  expect(await database.query('SELECT key FROM {schema}.keys')).toEqual([{ key: 'new' }])
  expect(await database.query('SELECT key FROM {schema}.buckets')).toEqual([{ key: 'new' }])
  const lanes = await database.query<{ definition: string }>('SELECT definition FROM {schema}.lanes ORDER BY 1')
  expect(lanes.map(({ definition }) => definition)).toEqual([...phases.map((_, index) => `d${index}`), 'waiting'])
})

test('health names a transaction that keeps PostgreSQL from removing dead rows', async () => {
  const database = await open()
  expect(await readGrowth(database, 3_600_000)).toBeUndefined()
  const old = beginTransaction(database, (transaction) =>
    transaction.query('UPDATE {schema}.upkeep SET deleted_until = 0'),
  )
  await old.worked
  expect(await readGrowth(database, 0)).toMatch(/^accepts changes, but a transaction.* is open for 0 minutes/)
  await old.commit()
})

test('counters of runs are added to their minutes, hours and all earlier times, and no run is lost', async () => {
  const database = await open()
  const [hourMs, now] = [3_600_000, Date.now()]
  const old = Math.floor(now / hourMs) * hourMs - 10 * hourMs
  const ended = { ...completed, rank: old, started_at: old + 60_000 }
  for (const after of [1449, 14, 4]) {
    await addRun(database, { job: await addJob(database), definition: 'a', ...ended, ended_at: old + 60_000 + after })
  }
  await addRun(database, { job: await addJob(database), definition: 'a', ...held, rank: now })
  await addRun(database, {
    job: await addJob(database),
    definition: 'a',
    ...completed,
    rank: 120_000,
    ended_at: 180_000,
  })
  const read = async (since: number) => {
    const history = await readHistory(database, { definitionId: 'a', since })
    return {
      counts: history.counts
        .map(({ at, outcome, durationMs, count }) => [at, outcome, durationMs, count].join(' '))
        .toSorted(),
      open: history.open,
    }
  }
  const before = await read(now - hourMs)
  expect(before).toEqual({ counts: [`${Math.floor(now / 60_000) * 60_000} created 0 1`], open: 1 })
  expect((await read(0)).counts).toContain(`${old + 60_000} completed 1000 1`)
  const upkeep = createUpkeep(database)
  for (let times = 0; times < 2; times++) {
    await upkeep.run()
    expect(await countRows(database, 'new_history')).toBe(0)
    expect(await read(now - hourMs)).toEqual(before)
    const hour = ['completed 1000 1', 'completed 10 1', 'completed 4 1', 'created 0 3'].map((text) => `${old} ${text}`)
    expect(await read(1)).toEqual({ counts: [...before.counts, ...hour].toSorted(), open: 1 })
  }
})
