import { bindLogger } from '@cgk-platform/jobs-core/provider'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import { expect, onTestFinished, test } from 'vitest'

import { loadSqlite } from '../../src/store/sqlite/file/load-sqlite.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { createTemporaryFile } from '../kit/temporary-file.ts'

test('an idle worker writes nothing, which would wake all other workers', async () => {
  const { path, remove } = createTemporaryFile('memory')
  onTestFinished(remove)
  const retention = { count: 10, ageMs: 1000 }
  const logger = bindLogger(createRecordedLogger(), {})
  const tenantWeights = new Map<string, number>()
  const clock = { now: () => 0 }
  const store = createSqliteStore({ path, retention, leaseMs: 600_000, tenantWeights, logger, clock })
  onTestFinished(() => store.shared!.dispose())
  const { DatabaseSync } = loadSqlite(path)
  const other = new DatabaseSync(path)
  onTestFinished(() => other.close())
  // Changes with commits of other connections: https://www.sqlite.org/pragma.html#pragma_data_version
  const version = (): unknown => other.prepare('PRAGMA data_version').get()?.['data_version']
  const look = async (): Promise<void> => {
    const work = (): unknown => [store.takeDueJobs(10, 0), store.takeRunChanges(0), store.claim(10, () => undefined, 0)]
    await store.change(work, { done: () => undefined })
  }
  const before = version()
  await look() // which registers the worker
  const after = version()
  expect(after).not.toBe(before)
  await look()
  expect(version()).toBe(after)
})
