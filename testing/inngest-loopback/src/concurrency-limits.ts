import type { LoopbackFunction } from './app.ts'
import type { ConcurrencyLimit } from './queue.ts'
import type { Run } from './run.ts'

/** Returns the concurrency limits of a function that apply to a run. */
export function concurrencyLimits(fn: LoopbackFunction, run: Run): ConcurrencyLimit[] {
  const { concurrency } = fn.config
  const limits = typeof concurrency === 'number' ? [{ limit: concurrency }] : [concurrency ?? []].flat()
  return limits
    .filter(({ limit, key }) => limit > 0 && (key === undefined || run.keys.has(key))) // zero means no limit
    .map(({ limit, key, scope = 'fn' }) => {
      const value = key && run.keys.get(key)
      return { key: JSON.stringify([scope, scope === 'fn' ? fn.id : '', key, value]), limit }
    })
}
