import { uptime } from 'node:os'

import { type Clock, systemClock } from '@cgk-platform/jobs-core/provider'

/** Change of the wall clock, against the monotonic one, after which the time asleep is measured again. */
const remeasureMs = 1000
/** Some platforms report their uptime in whole seconds. */
const uptimeErrorMs = 1500
/** Longest time that reading the clocks may take, in milliseconds. */
export const maxReadingMs = 100

/** The system clock, with the time since the machine's last boot. */
export const machineClock: Clock = { ...systemClock, elapsed }

let wallOffsetMs = Number.NaN
/** Time since boot that the monotonic clock does not count, because the machine slept. */
let asleepMs = Number.NaN

function elapsed(): number {
  const readMs = monotonicMs()
  const offsetMs = Date.now() - readMs
  // `uptime` takes long, and a machine that slept has a later wall clock.
  if (!(Math.abs(offsetMs - wallOffsetMs) < remeasureMs)) {
    // Less than the monotonic clock is the time since a container began.
    const measuredMs = Math.max(0, uptime() * 1000 - readMs)
    // A process that was paused between the readings has also measured its pause. The next call measures again.
    const isExact = monotonicMs() - readMs < maxReadingMs || Number.isNaN(asleepMs)
    if (isExact) wallOffsetMs = offsetMs
    if (isExact && !(Math.abs(measuredMs - asleepMs) < uptimeErrorMs)) asleepMs = measuredMs
  }
  return readMs + asleepMs
}

/** Returns the time of the machine's monotonic clock, which all its processes share and which cannot be set. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n)
}
