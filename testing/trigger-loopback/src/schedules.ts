import { stringifyIO, type TaskResource } from '@trigger.dev/core/v3'
import { generateFriendlyId } from '@trigger.dev/core/v3/isomorphic'
import cronParser from 'cron-parser' // the server's version, which interprets some schedules differently

import type { Engine } from './engine.ts'
import { ServiceError } from './service-error.ts'
import { triggerRun } from './trigger-run.ts'

interface Schedule {
  readonly id: string
  readonly task: string
  readonly createdAt: Date
  cron: string
  timezone: string
  /** The next tick. It may be late, but is not skipped. */
  nextAt: Date
  lastAt: Date | undefined
}

/** The schedules of the current worker version. */
export interface Schedules {
  /** Replaces the schedules by those of a version. */
  sync(tasks: readonly TaskResource[]): void
  list(): readonly object[]
}

const upcomingCount = 10

/** Creates schedules that trigger their task at each tick while a worker is connected. */
export function createSchedules(engine: Engine): Schedules {
  const schedules = new Map<string, Schedule>()

  const plan = (schedule: Schedule): void =>
    engine.timers.set(`schedule:${schedule.task}`, schedule.nextAt, () => void fire(schedule))
  const fire = async (schedule: Schedule): Promise<void> => {
    const { id, task, timezone, lastAt, nextAt: timestamp } = schedule
    // After a pause, the overdue tick happens once and late. The ticks between it and now are skipped.
    schedule.nextAt = nextTick(schedule, new Date(Math.max(timestamp.getTime(), engine.now().getTime() - 1)))
    plan(schedule)
    if (!engine.presence.isConnected()) return
    schedule.lastAt = timestamp
    const upcoming = upcomingTicks(schedule)
    const packet = await stringifyIO({
      scheduleId: id,
      type: 'DECLARATIVE',
      timestamp,
      lastTimestamp: lastAt,
      timezone,
      upcoming,
    })
    const body = { payload: packet.data, options: { payloadType: packet.dataType } }
    triggerRun(engine, task, body, { scheduleId: id, source: 'schedule', at: timestamp })
  }

  return {
    sync(tasks) {
      const declared = tasks.filter(({ schedule }) => schedule && runsHere(schedule))
      for (const { id, schedule } of declared) checkSchedule(id, schedule!)
      for (const task of [...schedules.keys()].filter((name) => !declared.some(({ id }) => id === name))) {
        schedules.delete(task)
        engine.timers.clear(`schedule:${task}`)
      }
      for (const { id: task, schedule } of declared) {
        const { cron, timezone } = schedule!
        const known = schedules.get(task)
        if (known?.cron === cron && known.timezone === timezone) continue
        const fresh = known ?? { id: generateFriendlyId('sched'), task, createdAt: engine.now(), lastAt: undefined }
        const nextAt = nextTick({ cron, timezone }, engine.now())
        const planned = { ...fresh, cron, timezone, nextAt }
        schedules.set(task, planned)
        plan(planned)
      }
    },
    list: () =>
      [...schedules.values()].map(({ id, task, cron, timezone, nextAt }) => ({
        id,
        type: 'DECLARATIVE',
        task,
        active: true,
        generator: { type: 'CRON', expression: cron, description: cron },
        timezone,
        nextRun: nextAt,
        environments: [{ id: engine.tenancy.environmentId, type: 'DEVELOPMENT' }],
      })),
  }
}

function runsHere({ environments }: NonNullable<TaskResource['schedule']>): boolean {
  return !environments?.length || environments.includes('DEVELOPMENT')
}

function checkSchedule(task: string, { cron, timezone }: NonNullable<TaskResource['schedule']>): void {
  const reject = (reason: string): never => {
    throw new ServiceError(`Invalid cron expression: ${reason}`, 400)
  }
  if (cron.split(' ').length > 5) reject('CRON expressions with seconds are not allowed')
  if (!Intl.supportedValuesOf('timeZone').includes(timezone) && timezone !== 'UTC') {
    throw new ServiceError(`Invalid IANA timezone: '${timezone}'.`, 400)
  }
  try {
    nextTick({ cron, timezone }, new Date())
  } catch (error) {
    reject(`${(error as Error).message} (task \`${task}\`)`)
  }
}

/** Returns the first tick of a schedule after a time, as the server computes it. */
export function nextTick({ cron, timezone }: { cron: string; timezone: string }, after: Date): Date {
  return cronParser.parseExpression(cron, { currentDate: after, tz: timezone }).next().toDate()
}

function upcomingTicks({ cron, timezone, nextAt }: Schedule): Date[] {
  const ticks = cronParser.parseExpression(cron, { currentDate: new Date(nextAt.getTime() - 1), tz: timezone })
  return Array.from({ length: upcomingCount }, () => ticks.next().toDate())
}
