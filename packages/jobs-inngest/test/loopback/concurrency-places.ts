import type { LoopbackFunction } from './app.ts'
import { compileExpression } from './expressions.ts'
import type { Place } from './queue.ts'
import type { Run } from './run.ts'

/** The limits of a function that a run of it counts against. */
export function concurrencyPlaces(fn: LoopbackFunction, run: Run): Place[] {
  const { concurrency } = fn.config
  const limits = typeof concurrency === 'number' ? [{ limit: concurrency }] : [concurrency ?? []].flat()
  return limits
    .filter(({ limit }) => limit > 0) // zero means no limit
    .map(({ limit, key, scope = 'fn' }) => {
      const value = key && compileExpression(key)({ event: run.events[0]!.event })
      return { key: JSON.stringify([scope, scope === 'fn' ? fn.id : '', key, value]), limit }
    })
}
