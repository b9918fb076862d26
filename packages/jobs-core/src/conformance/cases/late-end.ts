import type { CaseTools } from '../case-tools.ts'
import type { Observation } from '../journal.ts'

/** A handler that goes on though its attempt is over. */
export interface LateHandler {
  readonly jobId: string
  /** How it ends. */
  readonly what: Observation
  /** How long it goes on. */
  readonly lateMs: number
  /** How many of them there are. Default 1. */
  readonly count?: number
}

/** Lets such a handler come to its end, or the time go by in which it would: an engine may end its process before. */
export async function lateEnd(t: CaseTools, { jobId, what, lateMs, count = 1 }: LateHandler): Promise<void> {
  const until = t.now() + lateMs + 1000
  await t.waitUntil(`the handler ${what}`, () => t.journal({ jobId, what }).length >= count || t.now() >= until)
}
