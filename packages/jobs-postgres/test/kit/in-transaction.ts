import { Client } from 'pg'

/** Runs `work` in a transaction of an app on the jobs' database. Rolls it back if it fails. */
export async function inTransaction<T>(url: string, work: (transaction: object) => Promise<T>): Promise<T> {
  const app = new Client({ connectionString: url })
  await app.connect()
  try {
    await app.query('BEGIN')
    const result = await work(app)
    await app.query('COMMIT')
    return result
  } finally {
    // Rolls back what is open.
    await app.end()
  }
}
