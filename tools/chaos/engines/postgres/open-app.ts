import pg from 'pg'

import type { AppDatabase, AppWork } from '../chaos-engine.ts'

/** Codes after which an app runs its transaction again: serialization failure, deadlock. */
const conflicts = ['40001', '40P01']

const levels = ['READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE'] as const

/** Opens the app's own connections to the database. Its transactions have all levels, one after the other. */
export function openApp(connectionString: string): AppDatabase {
  const pool = new pg.Pool({ connectionString, max: 3 })
  pool.on('error', () => undefined)
  let count = 0
  return {
    async transact(work, losesAnswer) {
      const level = levels[count++ % levels.length]!
      while (!(await succeeds(pool, level, work, losesAnswer)));
    },
  }
}

/** Runs a transaction once. Returns whether it was committed; if not, another one was in its way. */
async function succeeds(
  pool: pg.Pool,
  level: string,
  work: (open: AppWork) => Promise<void>,
  losesAnswer: boolean,
): Promise<boolean> {
  const client = await pool.connect()
  const lost = (): void => undefined
  client.on('error', lost)
  let problem: Error | undefined
  try {
    await client.query(`BEGIN ISOLATION LEVEL ${level}`)
    await work({ transaction: client, execute: async (sql) => void (await client.query(sql)) })
    const committing = client.query('COMMIT')
    if (losesAnswer) setImmediate(() => (client as unknown as Connected).connection.stream.destroy())
    await committing
    return true
  } catch (error) {
    await client.query('ROLLBACK').catch((reason: Error) => (problem = reason))
    if (isConflict(error)) return false
    throw error
  } finally {
    client.removeListener('error', lost)
    client.release(problem)
  }
}

interface Connected {
  readonly connection: { readonly stream: { destroy(): void } }
}

/** The library passes on the error of the server as the cause of its own. */
function isConflict(error: unknown): boolean {
  const { code, cause } = (error ?? {}) as { code?: string; cause?: unknown }
  return (code !== undefined && conflicts.includes(code)) || (cause !== undefined && isConflict(cause))
}
