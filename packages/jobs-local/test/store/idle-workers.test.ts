import { bindLogger } from '@cgk-platform/jobs-core/provider'
import { expect, onTestFinished, test } from 'vitest'

import { loadSqlite } from '../../src/store/sqlite/load-sqlite.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { createRecordedLogger } from '../kit/recorded-logger.ts'
import { createTemporaryFile } from '../kit/temporary-file.ts'

test('a worker that finds nothing to do changes nothing: the other workers would look, and so would it in its turn', async () => {
  const { path, remove } = createTemporaryFile('memory')
  onTestFinished(remove)
  const retention = { count: 10, ageMs: 1000 }
  const logger = bindLogger(createRecordedLogger(), {})
  const store = createSqliteStore({ path, retention, leaseMs: 600_000, logger, now: () => 0 })
  onTestFinished(() => store.shared!.dispose())
  const { DatabaseSync } = loadSqlite(path)
  const other = new DatabaseSync(path)
  onTestFinished(() => other.close())
  // Counts the commits of others: https://www.sqlite.org/pragma.html#pragma_data_version
  const version = (): unknown => other.prepare('PRAGMA data_version').get()?.['data_version']
  const look = async (): Promise<void> => {
    const work = (): unknown => [store.takeDueJobs(10, 0), store.takeRunChanges(0), store.claim(10, () => undefined, 0)]
    await store.change(work, { done: () => undefined })
  }
  const before = version()
  await look() // which says for the first time that it lives
  const after = version()
  expect(after).not.toBe(before)
  await look()
  expect(version()).toBe(after)
})
