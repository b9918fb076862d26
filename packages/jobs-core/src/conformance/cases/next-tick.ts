import type { CaseTools, JournalFilter } from '../case-tools.ts'
import type { JournalEntry } from '../journal.ts'

/** Time until the next tick: one minute, plus the delay after which a tick counts as missed. */
const tickLimitMs = 60_000 + 15_000

/** Returns the tick of a journal entry, epoch milliseconds. */
export function tickOf(entry: JournalEntry): number {
  return Number(entry.details['scheduledAt'])
}

/** Returns the start of the first run for a tick after `afterMs`, once it has started. */
export function nextTick(t: CaseTools, afterMs: number, filter: JournalFilter): Promise<JournalEntry> {
  const what = `${filter.definition ?? ''} ticks`
  // Waits longer than one tick, for a tick that has just passed when the case starts, and for a busy engine.
  const limitMs = tickLimitMs + (t.target.waitLimitMs ?? 30_000)
  return t.waitUntil(
    what,
    () => t.journal({ ...filter, kind: 'started' }).find((entry) => tickOf(entry) > afterMs),
    limitMs,
  )
}
