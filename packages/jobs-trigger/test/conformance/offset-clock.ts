import { readFileSync } from 'node:fs'

import { type Clock, systemClock } from '@cgk-platform/jobs-core/provider'

/**
 * Creates a clock that is ahead of the machine's by the number of milliseconds in a file. It simulates a machine's
 * sleep in every process that reads the file. Timers are not affected.
 */
export function createOffsetClock(path: string | undefined): Clock {
  if (path === undefined) return systemClock
  return { ...systemClock, now: () => Date.now() + Number(readFileSync(path, 'utf8')) }
}
