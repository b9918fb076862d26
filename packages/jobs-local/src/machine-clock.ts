import { uptime } from 'node:os'

import { type Clock, systemClock } from '@cgk-platform/jobs-core/provider'

/** Change of the wall clock, against the monotonic one, after which the time asleep is measured again. */
const remeasureMs = 1000
/** Some platforms report their uptime in whole seconds. */
const uptimeErrorMs = 1500

/** The system clock, with the time since the machine's last boot. */
export const machineClock: Clock = { ...systemClock, elapsed }

let wallMs = Number.NaN
/** Time since boot that the monotonic clock does not count, because the machine slept. */
let asleepMs = Number.NaN

function elapsed(): number {
  const monotonicMs = Number(process.hrtime.bigint() / 1_000_000n)
  const nowMs = Date.now() - monotonicMs
  // `uptime` takes long, and a machine that slept has a later wall clock.
  if (!(Math.abs(nowMs - wallMs) < remeasureMs)) {
    wallMs = nowMs
    // Less than the monotonic clock is the time since a container began.
    const measuredMs = Math.max(0, uptime() * 1000 - monotonicMs)
    if (!(Math.abs(measuredMs - asleepMs) < uptimeErrorMs)) asleepMs = measuredMs
  }
  return monotonicMs + asleepMs
}
