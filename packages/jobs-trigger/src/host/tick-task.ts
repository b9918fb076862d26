import { type CronJobDefinition, type Json, systemTenantId } from '@cgk-platform/jobs-core'
import {
  bindLogger,
  dispatchTick,
  missedTickAfterMs,
  tickToDispatch,
  toErrorInfo,
} from '@cgk-platform/jobs-core/provider'
import { type AnyTask, schedules } from '@trigger.dev/sdk'

import { tickTaskId } from '../wire/task-id.ts'
import { type ErrorHandling, isLastAttempt } from './catch-error.ts'
import type { HostParts } from './host-parts.ts'
import type { RunContext } from './run-context.ts'
import { mostRequeues } from './requeues.ts'
import { toShownError } from './shown-error.ts'
import { everyTask, serverAttempts } from './task-options.ts'
import { createTickHost } from './tick-host.ts'
import { toTriggerSchedule } from './to-trigger-schedule.ts'

/** A tick that could not be dispatched is tried again so soon that it is still in time… */
const pausesMs = [1100, 2200, 4400, 6000]
/** …and for some twenty minutes where it shall be made up for, as often as a run can go back into its queue. */
const laterPauseMs = 105_000
const mostAttempts = (catchUp: CronJobDefinition['catchUp']): number =>
  pausesMs.length + 1 + (catchUp === 'latest' ? mostRequeues : 0)

/** A server may spread the ticks of all of its schedules over the minute after their time, each by an amount of its own. */
const spreadMs = 60_000

/** The task that Trigger.dev calls at a cron job's ticks: each becomes an ordinary job. */
export function createTickTask(definition: CronJobDefinition, parts: HostParts): AnyTask {
  const { id, schedule } = definition
  const taskId = tickTaskId(id)
  return schedules.task({
    ...everyTask,
    id: taskId,
    // One that has no words for it was refused when the definition was checked.
    cron: { pattern: toTriggerSchedule(schedule.schedule)!, timezone: schedule.timezone },
    // One at a time: looking whether the run before still goes on and sending the next one are two steps.
    queue: { name: taskId, concurrencyLimit: 1 },
    retry: {
      maxAttempts: serverAttempts,
      factor: 2,
      minTimeoutInMs: pausesMs[0]!,
      maxTimeoutInMs: laterPauseMs,
      randomize: false,
    },
    run: (payload: unknown, { ctx }: Pick<RunContext, 'ctx'>) => dispatch(definition, timeIn(payload), ctx, parts),
    catchError({ error, ctx }: { error: unknown; ctx: RunContext['ctx'] }): ErrorHandling {
      const logger = bindLogger(parts.logger, { definition: id, attempt: ctx.attempt.number })
      logger.error('A cron tick could not be dispatched.', { error: toErrorInfo(error) })
      const shown = toShownError(toErrorInfo(error))
      if (isLastAttempt(ctx, mostAttempts(definition.catchUp))) return { skipRetrying: true, error: shown }
      return { retryDelayInMs: pausesMs[ctx.attempt.number - 1] ?? laterPauseMs, error: shown }
    },
  })
}

/** What a tick was due at. Somebody may trigger its task by hand, with whatever payload. */
function timeIn(payload: unknown): Date | undefined {
  const { timestamp } = (payload ?? {}) as { timestamp?: unknown }
  const time = timestamp instanceof Date ? timestamp : new Date(String(timestamp))
  return Number.isNaN(time.getTime()) ? undefined : time
}

/** The tick becomes one job of no tenant, as on every engine; where there are tenants, that job's run sends theirs. */
async function dispatch(
  definition: CronJobDefinition,
  calledFor: Date | undefined,
  { attempt }: RunContext['ctx'],
  parts: HostParts,
): Promise<Json> {
  // By the clock that the ticks come from: a worker's may be minutes ahead, and would drop each.
  const now = attempt.startedAt.getTime()
  const asked = calledFor?.getTime() ?? now
  const inTime = now - asked <= spreadMs + missedTickAfterMs
  const tick = inTime ? asked : tickToDispatch(definition, asked, now)
  const logger = bindLogger(parts.logger, {
    definition: definition.id,
    tick: new Date(tick ?? asked).toISOString(),
  })
  if (tick === undefined) {
    logger.warn('A cron tick came late and is dropped; `catchUp` would make up for the latest.')
    return { sent: 0, dropped: true }
  }
  const { sent, skipped } = await dispatchTick(definition, tick, [systemTenantId], createTickHost(definition, parts))
  if (skipped.length > 0) logger.info('A cron tick was skipped: the previous run still goes on.')
  return { sent, skipped }
}
