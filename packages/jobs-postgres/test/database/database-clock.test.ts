import { systemClock } from '@cgk-platform/jobs-core/provider'
import { expect, test } from 'vitest'

import { createDatabaseClock, type DatabaseClock } from '../../src/database/database-clock.ts'
import type { Queryable } from '../../src/database/database.ts'

/** How far the clock of the database is ahead of that of this machine, in milliseconds. */
const aheadMs = 60_000
let now = 1000

/** Synchronizes a clock, with these times on the way to the database and back for each statement. */
async function synchronize(ways: readonly (readonly [there: number, back: number])[]): Promise<DatabaseClock> {
  const left = [...ways]
  const transaction: Queryable = {
    query: async <Row>() => {
      const [there, back] = left.shift() ?? ways.at(-1)!
      now += there
      const rows = [{ now: now + aheadMs }]
      now += back
      return rows as readonly object[] as readonly Row[]
    },
  }
  const clock = createDatabaseClock({ ...systemClock, now: () => now })
  await clock.synchronize({
    transaction(work) {
      now += 5000 // the wait for a connection
      return work(transaction)
    },
  })
  return clock
}

test('the clock is not ahead of that of the database, wherever the time on the way was lost', async () => {
  for (const [there, back] of [
    [10, 10],
    [20, 0],
    [0, 20],
  ] as const) {
    const clock = await synchronize([[there, back]])
    expect(clock.now()).toBe(now + aheadMs - back - 1)
  }
})

test('a process that is suspended during a measurement has the time of another one', async () => {
  const clock = await synchronize([
    [1, 9000],
    [1, 2],
    [9000, 5],
  ])
  expect(clock.now()).toBe(now + aheadMs - 3)
})
