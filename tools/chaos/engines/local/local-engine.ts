import { copyFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { createLocalProvider } from '@cgk-platform/jobs/local'

import { excessOf } from '../../check/pass-costs.ts'
import { nowMs, type Note } from '../../ledger-entry.ts'
import { appTables, type ChaosEngine, type ChaosStore } from '../chaos-engine.ts'
import { openDisk } from '../disk.ts'
import { countTransactions } from './count-transactions.ts'
import { injectIntoFile, injectIntoWorker } from './inject.ts'
import { readRemovedWorkers, recordRemovedWorkers } from './removed-workers.ts'
import { openApp } from './open-app.ts'

/** Statements and rows of a transaction, beyond those for the rows that it changed, up to which it is not noted. */
const maxExcess = 100

/** The local engine with a jobs file, on a disk in memory. */
export const localEngine: ChaosEngine = {
  isOneWriter: true,
  hasTransactions: false,
  openStore: async (folder, note) => openStore(folder, note),
  createProvider: ({ address: path, ...options }) => createLocalProvider({ path, ...options }),
  passes: ({ problem }) => problem === 'full',
  prepareWorker(note, bug) {
    countTransactions((cost) => {
      if (excessOf(cost) > maxExcess) note({ type: 'transaction', ...cost })
    })
    injectIntoWorker(bug)
  },
  openApp,
}

function openStore(folder: string, note: (note: Note) => void): ChaosStore {
  const disk = openDisk(folder, '1g')
  const path = join(disk.folder, 'jobs.db')
  return {
    address: path,
    async prepare(bug) {
      const app = new DatabaseSync(path)
      app.exec('PRAGMA busy_timeout = 5000')
      app.exec(appTables)
      recordRemovedWorkers(app)
      injectIntoFile(app, bug)
      app.close()
    },
    async apply(fault, wait) {
      if (fault.kind !== 'full disk') throw new Error(`A jobs file has no fault "${fault.kind}".`)
      if (!disk.canFill) return note({ type: 'skipped', fault: fault.kind, reason: 'this user cannot mount a disk' })
      const since = nowMs()
      disk.fill()
      await wait(fault.forMs)
      disk.free()
      note({ type: 'disk was full', since })
    },
    async readState() {
      const database = new DatabaseSync(path)
      const check = database.prepare('PRAGMA integrity_check').all() as { integrity_check: string }[]
      const items = database.prepare('SELECT item FROM app_items').all() as { item: string }[]
      const removedWorkers = readRemovedWorkers(database)
      database.close()
      return {
        appItems: items.map(({ item }) => item),
        effects: new Map(),
        removedWorkers,
        integrity: check.map(({ integrity_check: message }) => message).join('; '),
      }
    },
    async save() {
      for (const ending of ['', '-wal']) {
        if (existsSync(`${path}${ending}`)) copyFileSync(`${path}${ending}`, join(folder, `jobs.db${ending}`))
      }
    },
    close: () => disk.close(),
  }
}
