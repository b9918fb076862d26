import { createDeferred } from '@cgk-platform/test-kit/deferred'
import { expect, test } from 'vitest'

import { complete } from '../kit/complete.ts'
import { listJobs } from '../../src/store/sqlite/inspection/list-jobs.ts'
import { openFile } from '../../src/store/sqlite/file/open-file.ts'
import { changed, openStore } from '../kit/open-store.ts'
import { createEnvelope } from '../kit/stored-run.ts'
import { createTestFile } from '../kit/test-file.ts'

test('tables with large values have rowids, so that SQLite compares and deletes keys without reading the values', () => {
  const connection = openFile(createTestFile().path)
  const sql =
    "SELECT t.name FROM pragma_table_list t WHERE t.wr = 1 AND EXISTS (SELECT 1 FROM pragma_table_info(t.name) WHERE name IN ('envelope', 'output', 'record', 'workflow'))"
  const withoutRowid = connection.all(sql)
  connection.close()
  expect(withoutRowid).toEqual([])
})

test.for([undefined, 'queued'] as const)('a list of jobs in state %s reads only those of its page', async (state) => {
  const { path } = createTestFile()
  const store = openStore(path)
  const envelopes = [createEnvelope(), createEnvelope(), createEnvelope()]
  await changed(store, () => store.add(envelopes, 0))
  const connection = openFile(path)
  const read: string[] = []
  const query = { limit: 1, ...(state && { state }) }
  const { jobs, cursor } = complete(
    listJobs(connection, query, {
      withRuns: (job) => (read.push(job.envelope.id), job),
      atOnce: (list) => list(),
    }),
  )
  connection.close()
  const newest = envelopes.at(-1)!.id
  expect([read, jobs.length, cursor]).toEqual([[newest], 1, newest])
})

test('changes of a run stay in order, although those of other runs overtake a large one', async () => {
  const store = openStore(createTestFile().path)
  const [large, other] = [createEnvelope(), createEnvelope()]
  const subscriber = { definitionId: 'work', maxAttempts: 1 }
  const [first, second] = await changed(store, () => {
    store.add([large, other], 0)
    for (const job of store.takeDueJobs(2, 0)) store.addRuns(job, [subscriber], 0)
    return store.claim(2, () => undefined, 0)
  })
  const order: string[] = []
  const ended = createDeferred()
  const note = (name: string, then?: () => void) => ({ done: () => (order.push(name), then?.()) })
  void store.change(() => undefined, { ...note('large'), run: first!, isLarge: true })
  void store.change(() => undefined, { ...note('later of the same run', ended.resolve), run: first! })
  void store.change(() => undefined, { ...note('of another run'), run: second! })
  await ended.promise
  expect(order).toEqual(['of another run', 'large', 'later of the same run'])
})
