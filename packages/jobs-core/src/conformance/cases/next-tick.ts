import type { CaseTools, JournalFilter } from '../case-tools.ts'
import type { JournalEntry } from '../journal.ts'

/** Ticks come every minute; a tick this much late is one that was missed. */
const tickLimitMs = 60_000 + 15_000

/** The instant of the tick that an entry belongs to. */
export function tickOf(entry: JournalEntry): number {
  return Number(entry.seen['scheduledAt'])
}

/** The first run of a cron job that begins at a tick after an instant, once it has begun. */
export function nextTick(t: CaseTools, afterMs: number, filter: JournalFilter): Promise<JournalEntry> {
  const what = `${filter.definition ?? ''} ticks`
  // Patience beyond the tick, for a tick that is just over when the case begins, and for a busy engine.
  const limitMs = tickLimitMs + (t.target.waitLimitMs ?? 30_000)
  return t.waitUntil(
    what,
    () => t.journal({ ...filter, what: 'started' }).find((entry) => tickOf(entry) > afterMs),
    limitMs,
  )
}
