import type { LoopbackFunction } from './app.ts'
import { compileExpression } from './expressions.ts'
import type { StoredEvent } from './stored-event.ts'

/**
 * Returns the values of a function's keys for flow control, by their expressions. A throttle without a key has an empty
 * one. A run has its values from its creation. If the function gets another key later, that limit does not apply to it.
 */
export function flowKeys({ config }: LoopbackFunction, { event }: StoredEvent): ReadonlyMap<string, unknown> {
  const { concurrency, throttle } = config
  const limits = typeof concurrency === 'object' ? [concurrency].flat() : []
  const keys = [...limits.map(({ key }) => key), throttle && (throttle.key ?? '')]
  return new Map(
    keys.flatMap((key) => (key === undefined ? [] : [[key, key === '' ? '' : compileExpression(key)({ event })]])),
  )
}
