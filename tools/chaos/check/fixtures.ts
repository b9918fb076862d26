import type { JobStatus, RunStatus } from '@cgk-platform/jobs'

import type { Attempt, LedgerEntry, LedgerLine } from '../ledger-entry.ts'
import { type Evidence, type IndexedEvidence, indexEvidence } from './indexed-evidence.ts'

type Without<T, Key extends PropertyKey> = T extends unknown ? Omit<T, Key> : never

/** Creates a ledger entry. */
export function line(at: number, by: string, type: Without<LedgerLine, 'at'>): LedgerEntry {
  return { ...type, at, by }
}

/** Creates the fields of an attempt: by default the first one of the only run of `job`. */
export function attempt(job: string, more: Partial<Attempt> = {}): Attempt {
  return { item: job, job, run: `${job}-1`, attempt: 1, definition: 'work', tenant: 'ada', wall: 0, ...more }
}

/** Creates the status of a completed job with one run. */
export function job(id: string, run: Partial<RunStatus> = {}, more: Partial<JobStatus> = {}): JobStatus {
  const made: RunStatus = {
    id: `${id}-1`,
    definitionId: 'work',
    state: 'completed',
    attempts: 1,
    maxAttempts: 1000,
    output: { attempt: 1, by: 'w1.1' },
    ...run,
  }
  return {
    id,
    event: 'chaos.work',
    tenantId: 'ada',
    state: made.state,
    createdAt: new Date(0),
    runs: [made],
    ...more,
  }
}

/** Creates the evidence of a chaos run without faults, except as set in `more`. */
export function evidence(
  entries: readonly LedgerEntry[],
  jobs: readonly JobStatus[],
  more: Partial<Evidence> = {},
): IndexedEvidence {
  const faultless = {
    leaseMs: 2000,
    isOneWriter: true,
    isDrained: true,
    integrity: 'ok',
    appItems: [],
    effects: new Map(),
    removedWorkers: [],
    wallAheadMs: 0,
  }
  const sorted = entries.toSorted((one, other) => one.at - other.at)
  return indexEvidence({ ...faultless, ticksBetween: [1, 2], entries: sorted, jobs, ...more })
}

/** Creates the entries of a job that was sent and completed without a fault. */
export function done(id: string): LedgerEntry[] {
  return [
    line(0, 's1.1', { type: 'sending', item: id, kind: 'plain', tenant: 'ada' }),
    line(1, 's1.1', { type: 'sent', item: id, job: id, deduplicated: false }),
    line(10, 'w1.1', { type: 'started', ...attempt(id) }),
    line(20, 'w1.1', { type: 'ended', how: 'returned', ...attempt(id) }),
  ]
}
