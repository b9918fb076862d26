import { setTimeout as sleep } from 'node:timers/promises'

import type { JobClient, JobStatus } from '@cgk-platform/jobs'

import type { StoreState } from './engines/chaos-engine.ts'
import { nowMs } from './ledger-entry.ts'

/** The content of the store at the end. */
export interface FinalState extends StoreState {
  readonly jobs: readonly JobStatus[]
}

/** Waits until no job is open. Returns false if the number of open jobs does not fall for `stallTimeoutMs`. */
export async function drain(openJobs: () => Promise<number>, stallTimeoutMs: number): Promise<boolean> {
  let [lowest, since] = [Number.POSITIVE_INFINITY, nowMs()]
  for (;;) {
    const open = await openJobs()
    if (open === 0) return true
    if (open < lowest) [lowest, since] = [open, nowMs()]
    if (nowMs() - since > stallTimeoutMs) return false
    await sleep(100)
  }
}

/** Reads all jobs through a client. */
export async function readJobs(client: JobClient): Promise<JobStatus[]> {
  const jobs: JobStatus[] = []
  for (let cursor: string | undefined; ;) {
    const page = await client.listJobs({ limit: 1000, cursor })
    jobs.push(...page.jobs)
    cursor = page.cursor
    if (cursor === undefined) return jobs
  }
}
