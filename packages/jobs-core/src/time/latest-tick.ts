import type { CronSchedule } from './cron-schedule.ts'

const windowsMs = [60_000, 3_600_000, 86_400_000, 7 * 86_400_000, 31 * 86_400_000]

/** The last tick up to now, where `dueTick` is one that has passed. Looks back in growing windows. */
export function latestTick(schedule: CronSchedule, dueTick: number, now: number): number {
  const recent = windowsMs.map((ms) => schedule.next(now - ms)).find((tick) => tick <= now && tick >= dueTick)
  let latest = recent ?? dueTick
  for (let next = schedule.next(latest); next <= now; next = schedule.next(latest)) latest = next
  return latest
}
