import { defineWorkflow } from '@cgk-platform/jobs-core'
import { createWorkflowRecord } from '@cgk-platform/jobs-core/provider'
import { createJobRegistry } from '@cgk-platform/jobs-core/scheduling'
import { type BegunWork, type StoredRun, toWorkerDefinition } from '@cgk-platform/jobs-local/engine'
import '@cgk-platform/test-kit/work'
import { expect, test, vi } from 'vitest'

import { createDatabaseClock } from '../../src/database/database-clock.ts'
import type { OpenedDatabase, SqlValue } from '../../src/database/database.ts'
import { openPostgresStore } from '../../src/engine/postgres-store.ts'
import { createEnvelope } from '../kit/create-envelope.ts'
import { waitFor } from '../kit/fixtures.ts'
import { openDatabase } from '../kit/open-database.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }

test('a workflow whose code stops listening while a pass learns that its wait is over resumes', async () => {
  await using opened = await openDatabase()
  let hasNotices = false
  let listens = true
  // The code listens until the pass that has read the notice claims runs.
  const database: OpenedDatabase = {
    ...opened.database,
    async query<Row extends object>(sql: string, values?: readonly SqlValue[]) {
      const rows = await opened.database.query<Row>(sql, values)
      if (sql.includes('{schema}.notices') && rows.length > 0) hasNotices = true
      return rows
    },
    transaction: (work) =>
      opened.database.transaction((transaction) =>
        work({
          ...transaction,
          query(sql, values) {
            if (hasNotices && sql.includes('{schema}.arrivals')) listens = false
            return transaction.query(sql, values)
          },
        }),
      ),
  }
  const jobs = createJobRegistry()
  jobs.register(defineWorkflow({ id: 'follow', event: 'work.requested', steps: async () => undefined }))
  const { store } = openPostgresStore({
    database: { ...database, hasOwnConnections: true, prepare: async () => undefined },
    clock: createDatabaseClock(),
    host: { jobs, logger: silent },
    leaseMs: 60_000,
    retention: { count: 100, ageMs: 60_000 },
    tenantWeights: new Map(),
  })
  store.shared!.publishDefinitions(jobs.all().map(toWorkerDefinition))
  const pass = (): Promise<BegunWork> =>
    new Promise((done, failed) => {
      // An idle pass does not wait for anything.
      setImmediate(() => store.begin(() => ({ slots: 10, hasListener: () => listens }), { done, failed }))
    })
  await store.add([createEnvelope({ event: 'work.requested' })], undefined)
  let run: StoredRun | undefined
  while (!run) [run] = (await pass()).claimed
  run.workflow = createWorkflowRecord(run.id, undefined)
  const wait = waitFor(run)
  await new Promise((saved) => void store.saveStep(run, wait, saved))

  hasNotices = false
  listens = true
  await store.add([createEnvelope({ event: 'order.paid' })], undefined)
  while (listens) await pass()

  await vi.waitFor(async () => {
    const sql = 'SELECT wake_pending FROM {schema}.runs WHERE phase = $1'
    expect(await opened.database.query(sql, ['held'])).toEqual([{ wake_pending: true }])
  }, 60_000)
  await store.close({ name: 'Error', message: 'over' })
  await store.shared!.dispose()
})
