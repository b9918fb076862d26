import { bindLogger, type Clock } from '@cgk-platform/jobs-core/provider'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import { onTestFinished } from 'vitest'

import type { JobStore, Retention } from '../../src/store/job-store.ts'
import { createMemoryStore } from '../../src/store/memory/memory-store.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { createTestFile } from './test-file.ts'

/** The names of all stores. */
export const storeNames = ['memory', 'SQLite'] as const
export type StoreName = (typeof storeNames)[number]

/** The options of `createStore`. */
export interface StoreOptions {
  /** The clock. Default: the system's. */
  readonly clock?: Pick<Clock, 'now' | 'elapsed'>
  /** The turns of a tenant in each round. Default 1 for each tenant. */
  readonly tenantWeights?: ReadonlyMap<string, number>
  /** The ended jobs that it retains. Default: all. */
  readonly retention?: Retention
  /** True for a test that calls `placesFor`. Default false. */
  readonly countsWaiting?: boolean
}

const all: Retention = { count: 10_000, ageMs: Number.MAX_SAFE_INTEGER }

/** Creates an empty store. */
export function createStore(
  name: StoreName,
  { clock = Date, tenantWeights = new Map(), retention = all, countsWaiting = false }: StoreOptions = {},
): JobStore {
  if (name === 'memory') return createMemoryStore(retention, clock, tenantWeights, countsWaiting)
  const { path } = createTestFile()
  const logger = bindLogger(createRecordedLogger(), {})
  const store = createSqliteStore({ path, retention, leaseMs: 60_000, tenantWeights, logger, clock })
  onTestFinished(() => store.shared!.dispose())
  return store
}
