import { readFileSync } from 'node:fs'

import { type Clock, systemClock } from '@cgk-platform/jobs-core/provider'

/**
 * The machine's clock, ahead by as many milliseconds as a file says: what a machine's sleep adds to the wall clock, in
 * every process that reads the file. Timers count on where they stood.
 */
export function createOffsetClock(path: string | undefined): Clock {
  if (path === undefined) return systemClock
  return { ...systemClock, now: () => Date.now() + Number(readFileSync(path, 'utf8')) }
}
