import { setTimeout as sleep } from 'node:timers/promises'
import { DatabaseSync } from 'node:sqlite'

import type { SendInTransaction } from '../chaos-engine.ts'

/** The app's own table in the jobs file. It must contain an item exactly if the item's job exists. */
export const appTable = 'CREATE TABLE IF NOT EXISTS app_items (item TEXT PRIMARY KEY) STRICT'

/** Opens the app's own connection to the jobs file. Its transactions run one at a time. */
export function openApp(path: string): SendInTransaction {
  const app = new DatabaseSync(path)
  app.exec('PRAGMA busy_timeout = 0')
  let previous: Promise<unknown> = Promise.resolve()
  return (...transaction) => {
    const sent = previous.then(() => transact(app, ...transaction))
    previous = sent.catch(() => undefined)
    return sent
  }
}

async function transact(
  app: DatabaseSync,
  ...[{ item }, commits, send]: Parameters<SendInTransaction>
): Promise<string> {
  await begin(app)
  try {
    app.prepare('INSERT INTO app_items VALUES (?)').run(item)
    const id = await send(app)
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
      if (!isBusy(error)) throw error
      await sleep(Math.random() * 20)
    }
  }
}

function isBusy(error: unknown): boolean {
  const { errcode } = (error ?? {}) as { errcode?: number }
  return errcode !== undefined && (errcode & 0xff) === 5
}
