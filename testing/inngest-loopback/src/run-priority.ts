import type { LoopbackFunction } from './app.ts'
import { compileExpression } from './expressions.ts'
import type { StoredEvent } from './stored-event.ts'

/** Returns the priority of a run, in seconds, as the server computes it: an expression without an integer counts as 0. */
export function runPriority(fn: LoopbackFunction, { event }: StoredEvent): number {
  const { run } = fn.config.priority ?? {}
  const value = run === undefined ? 0 : compileExpression(run)({ event })
  return Number.isInteger(value) ? Math.max(-600, Math.min(600, value as number)) : 0
}
