import type { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'

import type { JobClient } from '@cgk-platform/jobs'

import type { Script } from './events.ts'

/** The app's own table in the jobs file. It must contain an item exactly if the item's job exists. */
export const appTable = 'CREATE TABLE IF NOT EXISTS app_items (item TEXT PRIMARY KEY) STRICT'

/** The last transaction of this process: they run one at a time. */
let previous: Promise<unknown> = Promise.resolve()

/**
 * Stores an item and sends its job in one transaction of the app. Returns the job's id after the commit or rollback.
 */
export function sendInTransaction(options: {
  client: JobClient
  app: DatabaseSync
  script: Script
  commits: boolean
}): Promise<string> {
  const sent = previous.then(() => transact(options))
  previous = sent.catch(() => undefined)
  return sent
}

async function transact({ client, app, script, commits }: Parameters<typeof sendInTransaction>[0]): Promise<string> {
  await begin(app)
  try {
    app.prepare('INSERT INTO app_items VALUES (?)').run(script.item)
    const providerOptions = { local: { transaction: app } }
    const { id } = await client.sendJob('chaos.work', script, { providerOptions })
    app.exec(commits ? 'COMMIT' : 'ROLLBACK')
    return id
  } catch (error) {
    if (app.isTransaction) app.exec('ROLLBACK')
    throw error
  }
}

/** Waits for other writers with timers, which do not block the event loop. */
async function begin(app: DatabaseSync): Promise<void> {
  for (;;) {
    try {
      return app.exec('BEGIN IMMEDIATE')
    } catch (error) {
      if (!isSqliteError(error, 5)) throw error
      await sleep(Math.random() * 20)
    }
  }
}

/** Returns true for an error of SQLite, optionally with this primary result code. */
export function isSqliteError(error: unknown, code?: number): boolean {
  const { errcode } = (error ?? {}) as { errcode?: number }
  return errcode !== undefined && (code === undefined || (errcode & 0xff) === code)
}
