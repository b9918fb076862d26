import { setTimeout as sleep } from 'node:timers/promises'
import { DatabaseSync } from 'node:sqlite'

import type { AppDatabase, AppWork } from '../chaos-engine.ts'

/** Opens the app's own connection to the jobs file. Its transactions run one at a time. */
export function openApp(path: string): AppDatabase {
  const app = new DatabaseSync(path)
  app.exec('PRAGMA busy_timeout = 0')
  let previous: Promise<unknown> = Promise.resolve()
  return {
    transact(work) {
      const done = previous.then(() => transact(app, work))
      previous = done.catch(() => undefined)
      return done
    },
  }
}

async function transact(app: DatabaseSync, work: (open: AppWork) => Promise<void>): Promise<void> {
  await begin(app)
  try {
    await work({ transaction: app, execute: async (sql) => app.exec(sql) })
    app.exec('COMMIT')
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
