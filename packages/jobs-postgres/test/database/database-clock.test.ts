import { systemClock } from '@cgk-platform/jobs-core/provider'
import { expect, test } from 'vitest'

import { createDatabaseClock } from '../../src/database/database-clock.ts'
import type { Queryable } from '../../src/database/database.ts'

test('the wait for a connection does not change the time', async () => {
  let now = 1000
  const take = (durationMs: number): void => void (now += durationMs)
  const transaction: Queryable = {
    query: async <Row>() => {
      take(10)
      const rows = [{ now: now + 60_000 }]
      take(10)
      return rows as readonly object[] as readonly Row[]
    },
  }
  const clock = createDatabaseClock({ ...systemClock, now: () => now })
  await clock.synchronize({
    transaction(work) {
      take(5000)
      return work(transaction)
    },
  })
  expect(clock.now()).toBe(now + 60_000)
})
