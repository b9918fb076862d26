import type { JobStatus, RunStatus } from '@cgk-platform/jobs'

import type { Attempt, Entry, Line } from '../line.ts'
import { type Evidence, type Story, toStory } from './story.ts'

type Without<T, Key extends PropertyKey> = T extends unknown ? Omit<T, Key> : never

/** A line of a made-up ledger. */
export function line(at: number, by: string, what: Without<Line, 'at'>): Entry {
  return { ...what, at, by }
}

/** Which attempt a made-up line is about: the first one of `job`'s only run, unless it says otherwise. */
export function attempt(job: string, more: Partial<Attempt> = {}): Attempt {
  return { item: job, job, run: `${job}-1`, attempt: 1, definition: 'work', tenant: 'ada', wall: 0, ...more }
}

/** A job with one run, as a client would read it in the end. */
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

/** The story of a run of which all is well that is not said otherwise. */
export function story(entries: readonly Entry[], jobs: readonly JobStatus[], more: Partial<Evidence> = {}): Story {
  const well = { leaseMs: 2000, isDrained: true, integrity: 'ok', appItems: [], wallAheadMs: 0 }
  const sorted = entries.toSorted((one, other) => one.at - other.at)
  return toStory({ ...well, ticksBetween: [1, 2], entries: sorted, jobs, ...more })
}

/** A job that was sent and done without any trouble. */
export function done(id: string): Entry[] {
  return [
    line(0, 's1.1', { what: 'wanted', item: id, kind: 'plain', tenant: 'ada' }),
    line(1, 's1.1', { what: 'sent', item: id, job: id, deduplicated: false }),
    line(10, 'w1.1', { what: 'began', ...attempt(id) }),
    line(20, 'w1.1', { what: 'ended', how: 'returned', ...attempt(id) }),
  ]
}
