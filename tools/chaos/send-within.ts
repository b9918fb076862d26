import type { DatabaseSync } from 'node:sqlite'
import { setTimeout as pass } from 'node:timers/promises'

import type { JobClient } from '@cgk-platform/jobs'

import type { Script } from './own-events.ts'

/** What the app itself keeps in the file: whether it is there must agree with whether its job is. */
export const appTable = 'CREATE TABLE IF NOT EXISTS app_items (item TEXT PRIMARY KEY) STRICT'

/** One transaction of a process at a time. */
let before: Promise<unknown> = Promise.resolve()

/** Sends a job in a transaction of the app's own, which keeps the item too; answers the job's id once it is over. */
export function sendWithin(within: {
  client: JobClient
  app: DatabaseSync
  script: Script
  commits: boolean
}): Promise<string> {
  const sent = before.then(() => transact(within))
  before = sent.catch(() => undefined)
  return sent
}

async function transact({ client, app, script, commits }: Parameters<typeof sendWithin>[0]): Promise<string> {
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

/** Others that write are waited for by timers, so that the event loop is not blocked. */
async function begin(app: DatabaseSync): Promise<void> {
  for (;;) {
    try {
      return app.exec('BEGIN IMMEDIATE')
    } catch (error) {
      if (!isOfSqlite(error, 5)) throw error
      await pass(Math.random() * 20)
    }
  }
}

/** True for an error of the app's own SQLite, with this primary code where one is given. */
export function isOfSqlite(error: unknown, code?: number): boolean {
  const { errcode } = (error ?? {}) as { errcode?: number }
  return errcode !== undefined && (code === undefined || (errcode & 0xff) === code)
}
