import type { StoreChecks } from '@cgk-platform/jobs-local/engine'

import type { Database } from '../database/database.ts'
import type { PostgresStore } from '../store/postgres-store.ts'
import { readGrowth } from '../store/upkeep/growth.ts'

/** Most definitions to name. */
const maxDefinitions = 10

/** Returns what the health of an engine says about its database. */
export function storeChecks(store: PostgresStore, database: Database): StoreChecks {
  return {
    place: 'the database',
    problem: async () => store.problem?.message ?? (await readGrowth(database)),
    async countWorkers() {
      const workers = await store.shared.workers()
      return workers.length
    },
    async definitionsWithoutWorker() {
      const rows = await database.query<{ definition: string }>(
        `SELECT DISTINCT l.definition FROM {schema}.lanes l WHERE l.has_waiting AND NOT EXISTS (
          SELECT 1 FROM {schema}.definitions d JOIN {schema}.workers w ON w.id = d.worker WHERE d.definition = l.definition
        ) LIMIT $1`,
        [maxDefinitions],
      )
      return rows.map(({ definition }) => definition)
    },
    more: () =>
      store.isWorker ? [{ name: 'notifications', ok: true, message: awareness[store.notifications.awareness] }] : [],
  }
}

const awareness = {
  listening: 'listening: changes of other processes arrive at once',
  polling:
    'polling: this process looks for changes twice a second, because no notification arrives, as behind a transaction pooler',
}
