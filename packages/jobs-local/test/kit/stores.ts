import { bindLogger } from '@cgk-platform/jobs-core/provider'
import { onTestFinished } from 'vitest'

import type { JobStore } from '../../src/store/job-store.ts'
import { createMemoryStore } from '../../src/store/memory/memory-store.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { createRecordedLogger } from './recorded-logger.ts'
import { createTestFile } from './test-file.ts'

/** The names of all stores. */
export const storeNames = ['memory', 'SQLite'] as const
export type StoreName = (typeof storeNames)[number]

/** Creates an empty store that retains all ended jobs. */
export function createStore(name: StoreName): JobStore {
  const retention = { count: 10_000, ageMs: Number.MAX_SAFE_INTEGER }
  if (name === 'memory') return createMemoryStore(retention, Date)
  const { path } = createTestFile()
  const logger = bindLogger(createRecordedLogger(), {})
  const store = createSqliteStore({ path, retention, leaseMs: 60_000, logger, clock: Date })
  onTestFinished(() => store.shared!.dispose())
  return store
}
