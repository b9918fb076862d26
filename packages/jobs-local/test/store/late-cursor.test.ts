import { beforeJobIdsSince } from '@cgk-platform/jobs-core/scheduling'
import { expect, test } from 'vitest'

import { createInsert } from '../../src/store/sqlite/file/insert-rows.ts'
import { findJobs } from '../../src/store/sqlite/inspection/find-jobs.ts'
import { addJobs } from '../../src/store/sqlite/tables/jobs-table.ts'
import { openFile } from '../../src/store/sqlite/file/open-file.ts'
import { createTemporaryFile } from '../kit/temporary-file.ts'

const jobs = 9_000
const insertFailed = createInsert(
  'cgk_runs (run, definition_id, tenant, state, max_attempts, error)',
  "(?, 'd', 'acme', 'failed', 3, ?)",
)

// A page reads 4,530 errors: 102, then twice as many each time, up to 1,000. The job arrives far before or after those
// that were sent at the same time, of which some begin a segment of 256 jobs.
test.for([
  ['newest', jobs - 10, 4_606],
  ['oldest', 10, 4_350],
] as const)('a job that arrived out of order is on one page only, %s first', ([order, late, sentAfter]) => {
  const file = createTemporaryFile('memory')
  const connection = openFile(file.path)
  const envelopes = Array.from({ length: jobs }, (_, number) => {
    const sentAt = 1_000_000_000 + (number === late ? sentAfter * 10 + 5 : number * 10)
    const id = beforeJobIdsSince(sentAt) + String(number).padStart(16, '0')
    return { v: 1 as const, id, event: 'e', tenantId: 'acme', payload: { tenantId: 'acme' }, sentAt }
  })
  addJobs(connection, envelopes, 0)
  const errorOf = (number: number) => ({ name: 'Error', message: number === late ? 'No address' : 'Busy' })
  insertFailed(
    connection,
    envelopes.map((_, number) => [(number + 1) * 2 ** 20 + 1, JSON.stringify(errorOf(number))]),
  )
  const found: string[] = []
  for (let next: { readonly cursor?: string } = {}; ;) {
    const page = findJobs(connection, { errorText: 'no address', order, limit: 50, ...next })
    found.push(...page.found.map(({ id }) => id))
    if (page.cursor === undefined) break
    next = { cursor: page.cursor }
  }
  expect(found).toEqual([envelopes[late]!.id])
  connection.close()
  file.remove()
})
