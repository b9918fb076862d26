import { DatabaseSync } from 'node:sqlite'

let last: Promise<unknown> = Promise.resolve()

/**
 * Runs `work` in a transaction of an app on the jobs' file, after those before it in this process: `BEGIN` blocks the thread
 * until the file is free. Rolls it back if it fails.
 */
export function inTransaction<T>(path: string, work: (transaction: object) => Promise<T>): Promise<T> {
  const result = last.then(() => run(path, work))
  last = result.catch(() => undefined)
  return result
}

async function run<T>(path: string, work: (transaction: object) => Promise<T>): Promise<T> {
  const database = new DatabaseSync(path, { timeout: 30_000 })
  try {
    database.exec('BEGIN IMMEDIATE')
    const result = await work(database)
    database.exec('COMMIT')
    return result
  } finally {
    // Rolls back what is open.
    database.close()
  }
}
