import type { Database, Queryable } from '../../src/database/database.ts'

/** A transaction that a test ends. */
export interface OpenTransaction<T> {
  /** Resolves once its work is done, before it is committed. */
  readonly worked: Promise<T>
  /** Commits it. Resolves with the result of its work. */
  commit(): Promise<T>
}

/** Begins a transaction that stays open after its work. */
export function beginTransaction<T>(
  database: Database,
  work: (transaction: Queryable) => Promise<T>,
): OpenTransaction<T> {
  let release = (): void => undefined
  const released = new Promise<void>((resolve) => (release = resolve))
  let ended: Promise<T> | undefined
  const worked = new Promise<T>((didWork, failed) => {
    ended = database.transaction(async (transaction) => {
      const result = await work(transaction)
      didWork(result)
      await released
      return result
    })
    ended.catch(failed)
  })
  return {
    worked,
    commit() {
      release()
      return ended!
    },
  }
}

/** Resolves once `count` connections wait for locks of others in this schema's database. */
export async function untilLocked(database: Database, count = 1): Promise<void> {
  const sql =
    "SELECT count(*) AS count FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%{schema}%' AND pid <> pg_backend_pid()"
  for (;;) {
    const [row] = await database.query<{ count: number }>(sql)
    if (row!.count >= count) return
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}
