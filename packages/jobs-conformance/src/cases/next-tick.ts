import type { CaseTools } from '../case-tools.ts'
import type { JournalEntry, JournalFilter } from '../journal.ts'

/** Longest time until a tick has a run, in milliseconds: a busy machine may skip ticks, or start their runs late. */
export const tickLimitMs = 3 * 60_000

/** Returns the tick of a journal entry, epoch milliseconds. */
export function tickOf(entry: JournalEntry): number {
  return Number(entry.details['scheduledAt'])
}

/** Returns the start of the first run for a tick after `afterMs` that fits a filter, once it has started. */
export function nextTick(t: CaseTools, afterMs: number, ...filters: readonly JournalFilter[]): Promise<JournalEntry> {
  return t.waitUntil(
    `${filters.map(({ definition }) => definition).join(' or ')} ticks`,
    () =>
      filters.flatMap((filter) => t.journal({ ...filter, kind: 'started' })).find((entry) => tickOf(entry) > afterMs),
    tickLimitMs + (t.target.waitLimitMs ?? 30_000),
  )
}
