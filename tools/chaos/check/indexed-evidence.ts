import type { JobStatus } from '@cgk-platform/jobs'

import type { FinalState } from '../final-state.ts'
import type { Attempt, LedgerEntry, Kind } from '../ledger-entry.ts'
import { type Faults, indexFaults } from './faults.ts'

/** The ledgers and the content of the store after a chaos run. */
export interface Evidence extends FinalState {
  readonly entries: readonly LedgerEntry[]
  readonly leaseMs: number
  /** Whether a process that is paused during a change blocks the changes of all others. */
  readonly isOneWriter: boolean
  /** False if jobs were still open when all progress had stopped. */
  readonly isDrained: boolean
  /** Wall clock time minus monotonic time, in milliseconds. */
  readonly wallAheadMs: number
  /** The earliest and latest possible cron ticks, in epoch milliseconds. */
  readonly ticksBetween: readonly [from: number, to: number]
}

/** A violation of a rule. */
export interface Finding {
  /** The violated rule. */
  readonly rule: string
  readonly message: string
  readonly job?: string | undefined
  readonly item?: string | undefined
}

export type EntryOf<Type extends LedgerEntry['type']> = Extract<LedgerEntry, { type: Type }>
export type AttemptEntry = LedgerEntry & Attempt

/** The evidence, with the indexes that the checks use. */
export interface IndexedEvidence extends Evidence {
  readonly intended: ReadonlyMap<string, EntryOf<'sending'>>
  readonly sent: ReadonlyMap<string, EntryOf<'sent'>>
  readonly failedSends: ReadonlyMap<string, EntryOf<'send failed'>>
  readonly byId: ReadonlyMap<string, JobStatus>
  /** The entries of handlers by run, in the order of time. */
  readonly byRun: ReadonlyMap<string, readonly AttemptEntry[]>
  /** The entries of handlers by process, in the order of time. */
  readonly inProcess: ReadonlyMap<string, readonly AttemptEntry[]>
  /** The job ids of each item, from acknowledgements and from entries of handlers. */
  readonly jobsOf: ReadonlyMap<string, ReadonlySet<string>>
  readonly itemOf: ReadonlyMap<string, string>
  readonly faults: Faults
}

export function indexEvidence(evidence: Evidence): IndexedEvidence {
  const { entries, jobs } = evidence
  const byRun = new Map<string, AttemptEntry[]>()
  const inProcess = new Map<string, AttemptEntry[]>()
  const jobsOf = new Map<string, Set<string>>()
  const itemOf = new Map<string, string>()
  for (const entry of entries) {
    if ('run' in entry) {
      add(byRun, entry.run, () => []).push(entry)
      add(inProcess, entry.by, () => []).push(entry)
    }
    if (!('job' in entry) || !('item' in entry)) continue
    // A deduplicated send returns the job of another item.
    if (entry.type === 'sent' && entry.deduplicated) continue
    add(jobsOf, entry.item, () => new Set<string>()).add(entry.job)
    itemOf.set(entry.job, entry.item)
  }
  return {
    ...evidence,
    intended: byItem(entries, 'sending'),
    sent: byItem(entries, 'sent'),
    failedSends: byItem(entries, 'send failed'),
    byId: new Map(jobs.map((job) => [job.id, job])),
    byRun,
    inProcess,
    jobsOf,
    itemOf,
    faults: indexFaults(evidence),
  }
}

/** Returns the kind of an item. The jobs that workflows start with `runJob` have none. */
export function kindOfItem({ intended }: IndexedEvidence, item: string | undefined): Kind | undefined {
  return item === undefined ? undefined : intended.get(item)?.kind
}

function byItem<Type extends 'sending' | 'sent' | 'send failed'>(
  entries: readonly LedgerEntry[],
  type: Type,
): Map<string, EntryOf<Type>> {
  const its = entries.filter((entry): entry is EntryOf<Type> => entry.type === type)
  return new Map(its.map((entry) => [(entry as EntryOf<'sending' | 'sent' | 'send failed'>).item, entry]))
}

function add<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const value = map.get(key) ?? make()
  map.set(key, value)
  return value
}
