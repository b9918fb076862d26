import type { CronSchedule } from './cron-schedule.ts'

const windowsMs = [60_000, 3_600_000, 86_400_000, 7 * 86_400_000, 31 * 86_400_000]

/** Returns the latest tick up to `now`. `dueTick` is a past tick. Searches back in growing windows. */
export function latestTick(schedule: CronSchedule, dueTick: number, now: number): number {
  const recent = windowsMs.map((ms) => schedule.next(now - ms)).find((tick) => tick <= now && tick >= dueTick)
  let latest = recent ?? dueTick
  for (let next = schedule.next(latest); next <= now; next = schedule.next(latest)) latest = next
  return latest
}
