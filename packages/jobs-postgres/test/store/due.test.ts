import { expect, test } from 'vitest'

import type { Database, SqlValue } from '../../src/database/database.ts'
import { Arrivals } from '../../src/store/arrivals/take-arrivals.ts'
import { DueRuns } from '../../src/store/claims/due-runs.ts'
import { deleteExpiredKeys } from '../../src/store/upkeep/delete-expired-jobs.ts'
import { openDatabase } from '../kit/open-database.ts'

test.for([
  ['jobs', 'due_at', (database: Database) => new Arrivals(new Map()).release(database)],
  ['runs', 'due_at', (database: Database) => new DueRuns().wake(database)],
  ['idempotency keys', 'expires_at', deleteExpiredKeys],
] as const)('%s that are due are found without a look at later ones', async ([_, column, find]) => {
  await using opened = await openDatabase()
  const plan = await opened.database.transaction(async (transaction) => {
    let first: readonly [sql: string, values: readonly SqlValue[]] | undefined
    const recorded: Database = {
      transaction: (work) => work(recorded),
      query: (sql, values = []) => {
        first ??= [sql, values]
        return transaction.query(sql, values)
      },
    }
    await find(recorded)
    await transaction.query('SET LOCAL enable_seqscan = off')
    return transaction.query(`EXPLAIN ${first![0]}`, first![1])
  })
  expect(JSON.stringify(plan)).toMatch(new RegExp(`Index Cond: \\(${column} <= `))
})
