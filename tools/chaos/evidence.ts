import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pass } from 'node:timers/promises'

import type { JobClient, JobStatus } from '@cgk-platform/jobs'

import { nowMs } from './line.ts'

/** What is found in the file in the end. */
export interface Found {
  readonly jobs: readonly JobStatus[]
  /** The items that the app has kept in transactions of its own. */
  readonly appItems: readonly string[]
  /** What SQLite says of the file; `ok` where it is whole. */
  readonly integrity: string
}

/** Waits until nothing is open; false where nothing has moved for so long that nothing will. */
export async function drain(openJobs: () => number, patienceMs: number): Promise<boolean> {
  let [least, since] = [Number.POSITIVE_INFINITY, nowMs()]
  for (;;) {
    const open = openJobs()
    if (open === 0) return true
    if (open < least) [least, since] = [open, nowMs()]
    if (nowMs() - since > patienceMs) return false
    await pass(100)
  }
}

/** Reads all jobs, as any client would, and looks after the file. */
export async function findAll(client: JobClient, path: string): Promise<Found> {
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
  database.close()
  return {
    jobs,
    appItems: items.map(({ item }) => item),
    integrity: check.map(({ integrity_check: says }) => says).join('; '),
  }
}
