import type { Clock } from '../../time/clock.ts'
import type { KeyRecord } from './key-record.ts'

const minSweepSize = 1000

/** Creates a record of keys in the memory of this process. */
export function createMemoryKeyRecord(clock: Pick<Clock, 'now'>): KeyRecord {
  const entries = new Map<string, { readonly engine: string; readonly expiresAt: number }>()
  let sweepSize = minSweepSize

  const set = (key: string, engine: string, ttlMs: number): void => {
    entries.set(key, { engine, expiresAt: clock.now() + ttlMs })
    if (entries.size < sweepSize) return
    // Whenever the size has doubled, so each key pays for a constant part of a sweep.
    const now = clock.now()
    for (const [name, { expiresAt }] of entries) if (expiresAt <= now) entries.delete(name)
    sweepSize = Math.max(minSweepSize, entries.size * 2)
  }

  return {
    claim(key, engine, ttlMs) {
      const entry = entries.get(key)
      if (entry && entry.expiresAt > clock.now()) return entry.engine
      set(key, engine, ttlMs)
      return engine
    },
    renew: set,
  }
}
