import type { LoopbackFunction } from './app.ts'
import { compileExpression } from './expressions.ts'
import type { ConcurrencyLimit } from './queue.ts'
import type { Run } from './run.ts'

/** Returns the concurrency limits of a function that apply to a run. */
export function concurrencyLimits(fn: LoopbackFunction, run: Run): ConcurrencyLimit[] {
  const { concurrency } = fn.config
  const limits = typeof concurrency === 'number' ? [{ limit: concurrency }] : [concurrency ?? []].flat()
  return limits
    .filter(({ limit }) => limit > 0) // zero means no limit
    .map(({ limit, key, scope = 'fn' }) => {
      const value = key && compileExpression(key)({ event: run.events[0]!.event })
      return { key: JSON.stringify([scope, scope === 'fn' ? fn.id : '', key, value]), limit }
    })
}
