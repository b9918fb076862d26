import type { JobStatus } from '@cgk-platform/jobs'

import type { Found } from '../evidence.ts'
import type { Attempt, Entry, Kind } from '../line.ts'
import { type Troubles, toTroubles } from './troubles.ts'

/** All that a run has left behind. */
export interface Evidence extends Found {
  readonly entries: readonly Entry[]
  readonly leaseMs: number
  /** False where something was still open when nothing moved any more. */
  readonly isDrained: boolean
  /** What the clock of the wall is ahead of the monotonic one, milliseconds. */
  readonly wallAheadMs: number
  /** When the first and the last tick of cron jobs may have been, epoch milliseconds. */
  readonly ticksBetween: readonly [from: number, to: number]
}

/** Something that must not be. */
export interface Finding {
  /** The rule that it breaks. */
  readonly rule: string
  readonly says: string
  readonly job?: string | undefined
  readonly item?: string | undefined
}

export type Of<What extends Entry['what']> = Extract<Entry, { what: What }>
export type AttemptEntry = Entry & Attempt

/** The evidence, as it is asked for. */
export interface Story extends Evidence {
  readonly wanted: ReadonlyMap<string, Of<'wanted'>>
  readonly sent: ReadonlyMap<string, Of<'sent'>>
  readonly refused: ReadonlyMap<string, Of<'refused'>>
  readonly byId: ReadonlyMap<string, JobStatus>
  /** What handlers wrote down, by run, in the order of time. */
  readonly byRun: ReadonlyMap<string, readonly AttemptEntry[]>
  /** The jobs that items have become: by their acknowledgements, and by what handlers wrote down. */
  readonly jobsOf: ReadonlyMap<string, ReadonlySet<string>>
  readonly itemOf: ReadonlyMap<string, string>
  readonly troubles: Troubles
}

export function toStory(evidence: Evidence): Story {
  const { entries, jobs, leaseMs } = evidence
  const byRun = new Map<string, AttemptEntry[]>()
  const jobsOf = new Map<string, Set<string>>()
  const itemOf = new Map<string, string>()
  for (const entry of entries) {
    if ('run' in entry) add(byRun, entry.run, () => []).push(entry)
    if (!('job' in entry) || !('item' in entry)) continue
    // The job of a send whose key was taken is another item's.
    if (entry.what === 'sent' && entry.deduplicated) continue
    add(jobsOf, entry.item, () => new Set<string>()).add(entry.job)
    itemOf.set(entry.job, entry.item)
  }
  return {
    ...evidence,
    wanted: byItem(entries, 'wanted'),
    sent: byItem(entries, 'sent'),
    refused: byItem(entries, 'refused'),
    byId: new Map(jobs.map((job) => [job.id, job])),
    byRun,
    jobsOf,
    itemOf,
    troubles: toTroubles(entries, leaseMs),
  }
}

/** What a job is by its item; that of a workflow's part is the part's own. */
export function kindOfItem({ wanted }: Story, item: string | undefined): Kind | undefined {
  return item === undefined ? undefined : wanted.get(item)?.kind
}

function byItem<What extends 'wanted' | 'sent' | 'refused'>(
  entries: readonly Entry[],
  what: What,
): Map<string, Of<What>> {
  const its = entries.filter((entry): entry is Of<What> => entry.what === what)
  return new Map(its.map((entry) => [(entry as Of<'wanted' | 'sent' | 'refused'>).item, entry]))
}

function add<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const value = map.get(key) ?? make()
  map.set(key, value)
  return value
}
