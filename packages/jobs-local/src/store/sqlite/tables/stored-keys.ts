import { createHash } from 'node:crypto'

import type { StoredRun } from '../../../records/stored-run.ts'

/** The keys of a run, as its row has them. */
export interface StoredKeys {
  readonly throttle_key: string
  readonly concurrency_key: string
}

/** Values that are stored as they are. An index has a copy of each. */
const shortKey = /^[^\0]{0,200}$/u

/** Returns the keys of a run for its row. */
export function storedKeysOf({
  throttleKey,
  concurrencyKey,
}: Pick<StoredRun, 'throttleKey' | 'concurrencyKey'>): StoredKeys {
  return { throttle_key: storedKeyOf(throttleKey), concurrency_key: storedKeyOf(concurrencyKey) }
}

/** Returns a key for a column: empty without one, and of fixed length for a long one. */
export function storedKeyOf(key: string | undefined): string {
  if (key === undefined) return ''
  return shortKey.test(key) ? `=${key}` : `#${createHash('sha256').update(key).digest('base64')}`
}
