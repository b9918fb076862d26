import type { RunCounts } from '../provider/job-inspection.ts'
import { missedTickAfterMs } from '../runs/dispatch-tick.ts'
import type { CronJobDefinition } from '../jobs/job-definition.ts'
import type { CronSchedule } from '../time/cron-schedule.ts'
import { historyAge } from './get-history.ts'

const [minuteMs, hourMs, dayMs] = [60_000, 3_600_000, 86_400_000]
/** Number of the last ticks to look at. */
const maxTicks = 50
/** For how long runs are counted by the minute, less what clocks may differ. */
const byMinuteMs = historyAge.minutes - hourMs / 2
const windowsMs = [maxTicks * minuteMs, byMinuteMs, dayMs, 7 * dayMs, historyAge.hours]

/**
 * Returns the last ticks at which no run of a cron job came, the earliest first. Those before its first known run do not
 * count, nor do those that `overlap: 'skip'` may have dropped.
 *
 * @param read - counts its runs since a time
 */
export async function missedTicks(
  { schedule, overlap }: Pick<CronJobDefinition, 'schedule' | 'overlap'>,
  nowMs: number,
  read: (since: number) => Promise<RunCounts>,
): Promise<readonly Date[]> {
  const until = nowMs - missedTickAfterMs
  const ticks = lastTicks(schedule, until)
  const unitOf = (tick: number): number => (tick < nowMs - byMinuteMs ? hourMs : minuteMs)
  const startOf = (tick: number): number => Math.floor(tick / unitOf(tick)) * unitOf(tick)
  if (ticks.length === 0) return []
  const { counts, open = 0 } = await read(startOf(ticks[0]!))
  const isMissed = (tick: number, index: number): boolean => {
    const start = startOf(tick)
    // Runs of two ticks can be counted together.
    const end = Math.max(startOf(ticks[index + 1] ?? Number.POSITIVE_INFINITY), start + unitOf(tick))
    if (counts.some(({ outcome, at }) => outcome === 'created' && at >= start && at < end)) return false
    const after = counts.filter(({ at }) => at >= start)
    const change = after.reduce((sum, { outcome, count }) => sum + (outcome === 'created' ? count : -count), 0)
    return overlap === 'allow' || open - change <= 0
  }
  const missed = ticks.filter(isMissed)
  if (missed.length === 0) return []
  const first = (await read(nowMs - historyAge.hours)).counts.reduce(
    (least, { outcome, at }) => (outcome === 'created' ? Math.min(least, at) : least),
    Number.POSITIVE_INFINITY,
  )
  return missed.filter((tick) => tick > first).map((tick) => new Date(tick))
}

/** Returns the last ticks up to a time, the earliest first. */
function lastTicks(schedule: CronSchedule, until: number): readonly number[] {
  let last: number[] = []
  for (const windowMs of windowsMs) {
    const ticks: number[] = []
    for (let tick = schedule.next(until - windowMs); tick <= until; tick = schedule.next(tick)) {
      if (ticks.push(tick) > maxTicks) return last
    }
    last = ticks
  }
  return last
}
