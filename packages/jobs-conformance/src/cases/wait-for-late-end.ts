import type { CaseTools } from '../case-tools.ts'
import type { JournalEntryKind } from '../journal.ts'

/** A handler that continues after its attempt has ended. */
export interface LateHandler {
  readonly jobId: string
  /** The journal entry that ends the handler. */
  readonly kind: JournalEntryKind
  /** Time that it continues, in milliseconds. */
  readonly lateMs: number
  /** Number of such handlers. Default 1. */
  readonly count?: number
}

/** Waits until such a handler has ended or, if the engine killed its process, for the time it would need. */
export async function waitForLateEnd(t: CaseTools, { jobId, kind, lateMs, count = 1 }: LateHandler): Promise<void> {
  const until = t.now() + lateMs + 1000
  await t.waitUntil(`the handler ${kind}`, () => t.journal({ jobId, kind }).length >= count || t.now() >= until)
}
