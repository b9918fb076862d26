import { expect, onTestFinished, test } from 'vitest'

import { createEnvelope } from '../../../../test/kit/stored-run.ts'
import { createTestFile } from '../../../../test/kit/test-file.ts'
import { turnBatch } from '../../../rules/turn-batch.ts'
import type { Connection } from '../file/connection.ts'
import { addJobs } from '../tables/jobs-table.ts'
import { openFile } from '../file/open-file.ts'
import { beginShift, continueShift } from './shift-delays.ts'

const steps = 20

/** Opens a file with many delayed jobs, throttled lanes, and runs of several definitions and phases. */
function createFile(count: number): Connection {
  const connection = openFile(createTestFile().path)
  onTestFinished(() => connection.close())
  const envelopes = Array.from({ length: count }, (_, number) =>
    createEnvelope({ runAt: 10_000 + number, ...(number % 2 === 0 && { delayMs: 10_000 }) }),
  )
  addJobs(connection, envelopes, 0)
  const numbers = `WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${count}) `
  connection.exec(
    `${numbers} INSERT INTO cgk_lanes (definition_id, tenant, key, state, open_at) ` +
      "SELECT 'work', 'acme', n, 20000 + n, iif(n % 3, 30000 + n, 0) FROM numbers",
  )
  connection.exec(
    `${numbers} INSERT INTO cgk_runs (run, definition_id, tenant, state, phase, rank, max_attempts, due_at) ` +
      "SELECT n << 20 | 1, 'work' || n % 3, 't' || n % 7, 'queued', nullif(n % 6, 5), n * 7919 % 5000, 3, " +
      'iif(n % 6 = 0, 40000 + n, NULL) FROM numbers',
  )
  const step = JSON.stringify({ key: 'nap', kind: 'sleep', state: 'waiting', until: 50_000 })
  for (let key = 0; key < steps; key++) {
    connection.run(
      `INSERT INTO cgk_steps SELECT run, ?, 0, ? FROM cgk_runs WHERE phase = 3 AND run >> 20 < ${count / 2}`,
      String(key),
      step,
    )
  }
  return connection
}

/** Returns all times of a file, each minus `byMs` if it moves. */
function timesOf(connection: Connection, byMs = 0): unknown {
  return [
    connection.all(`SELECT id, due_at - iif(envelope ->> 'delayMs', ${byMs}, 0) AS at FROM cgk_jobs ORDER BY seq`),
    connection.all(`SELECT state - ${byMs} AS state, iif(open_at > 0, open_at - ${byMs}, 0) AS at FROM cgk_lanes`),
    connection.all(
      `SELECT rank - iif(phase IS NULL, 0, ${byMs}) AS rank, due_at - ${byMs} AS at FROM cgk_runs ORDER BY run`,
    ),
    connection.all(`SELECT (record ->> 'until') - ${byMs} AS until FROM cgk_steps ORDER BY run, key`),
  ]
}

test.for([5_000, -5_000, 3])('moves each time by %i ms once, a limited number of rows at a time', (byMs) => {
  const connection = createFile(12 * turnBatch)
  const before = timesOf(connection)
  const changes = (): number => connection.get<{ count: number }>('SELECT total_changes() AS count')!.count
  const rows: number[] = []
  beginShift(connection, byMs)
  for (let isOver = false; !isOver;) {
    const start = changes()
    isOver = continueShift(connection)
    rows.push(changes() - start)
  }
  expect(timesOf(connection, byMs)).toEqual(before)
  expect(rows.length).toBeGreaterThan(3)
  expect(Math.max(...rows)).toBeLessThan(10 * turnBatch + 3 * steps)
  expect(continueShift(connection)).toBe(true)
})

test('moves the times again if the clock is set again before all are moved, and not those of jobs that came later', () => {
  const connection = createFile(12 * turnBatch)
  const before = timesOf(connection)
  beginShift(connection, 5_000)
  continueShift(connection)
  beginShift(connection, -2_000)
  addJobs(connection, [createEnvelope({ id: 'z', runAt: 10_000, delayMs: 10_000 })], 0)
  while (!continueShift(connection));
  expect(connection.get("SELECT due_at AS at FROM cgk_jobs WHERE id = 'z'")).toEqual({ at: 10_000 })
  connection.exec("DELETE FROM cgk_jobs WHERE id = 'z'")
  expect(timesOf(connection, 3_000)).toEqual(before)
})

test('reads the rows through their indexes, without sorting them', () => {
  const connection = createFile(1)
  const plans: string[] = []
  const planned: Connection = {
    ...connection,
    rows: (sql, ...values) => {
      plans.push(...connection.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, ...values).map((row) => row.detail))
      return connection.rows(sql, ...values)
    },
  }
  for (const byMs of [5_000, -5_000]) {
    beginShift(planned, byMs)
    connection.run('UPDATE cgk_shifts SET part = 2, after = ?', JSON.stringify([3, 'work', 'acme', '', '', 1, 1]))
    continueShift(planned)
  }
  expect(plans.filter((detail) => detail.includes('cgk_runs_turn'))).toHaveLength(2)
  expect(plans.filter((detail) => /SCAN|TEMP B-TREE/u.test(detail))).toEqual([])
})
