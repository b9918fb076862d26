import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'

import type { JobClient, JobStatus } from '@cgk-platform/jobs'

import { nowMs } from './ledger-entry.ts'
import { readRemovedWorkers, type RemovedWorker } from './removed-workers.ts'

/** The content of the jobs file at the end. */
export interface FinalState {
  readonly jobs: readonly JobStatus[]
  /** The items that the app stored in its own transactions. */
  readonly appItems: readonly string[]
  readonly removedWorkers: readonly RemovedWorker[]
  /** The result of SQLite's integrity check: `ok` if the file is intact. */
  readonly integrity: string
}

/** Waits until no job is open. Returns false if the number of open jobs does not fall for `stallTimeoutMs`. */
export async function drain(openJobs: () => number, stallTimeoutMs: number): Promise<boolean> {
  let [lowest, since] = [Number.POSITIVE_INFINITY, nowMs()]
  for (;;) {
    const open = openJobs()
    if (open === 0) return true
    if (open < lowest) [lowest, since] = [open, nowMs()]
    if (nowMs() - since > stallTimeoutMs) return false
    await sleep(100)
  }
}

/** Reads all jobs through a client, and checks the integrity of the file. */
export async function readFinalState(client: JobClient, path: string): Promise<FinalState> {
  const jobs: JobStatus[] = []
  for (let cursor: string | undefined; ;) {
    const page = await client.listJobs({ limit: 1000, cursor })
    jobs.push(...page.jobs)
    cursor = page.cursor
    if (cursor === undefined) break
  }
  const database = new DatabaseSync(path)
  const check = database.prepare('PRAGMA integrity_check').all() as { integrity_check: string }[]
  const items = database.prepare('SELECT item FROM app_items').all() as { item: string }[]
  const removedWorkers = readRemovedWorkers(database)
  database.close()
  return {
    jobs,
    appItems: items.map(({ item }) => item),
    removedWorkers,
    integrity: check.map(({ integrity_check: message }) => message).join('; '),
  }
}
