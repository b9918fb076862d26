import type { Definition } from '../jobs/definition.ts'
import { cronEventOf } from '../jobs/cron-event.ts'
import { type CronSchedule, nextRuns } from '../time/cron-schedule.ts'
import type { DefinitionInfo } from './definition-info.ts'
import { describeOptions } from './describe-options.ts'

const shownTicks = 5

/** Describes a definition. @param nowMs - epoch milliseconds; the next ticks come after it */
export function describeDefinition(definition: Definition, nowMs: number): Omit<DefinitionInfo, 'paused'> {
  const { id, kind, enabled, retry } = definition
  return {
    id,
    kind,
    event: kind === 'cron' ? cronEventOf(id) : definition.event,
    enabled,
    ...(kind === 'cron' && { cron: describeSchedule(definition.schedule, nowMs) }),
    maxAttempts: retry.maxAttempts,
    options: describeOptions(definition),
  }
}

function describeSchedule({ schedule, timezone }: CronSchedule, nowMs: number): NonNullable<DefinitionInfo['cron']> {
  return { schedule, timezone, nextTicks: nextRuns(schedule, { timezone, from: new Date(nowMs), count: shownTicks }) }
}
