import type { CronJobDefinition } from '@cgk-platform/jobs-core'
import {
  type Json,
  bindLogger,
  dispatchScheduledTick,
  tickRetryPausesMs,
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

/** A tick that shall be made up for is tried for some twenty minutes, as often as a run can go back into its queue. */
const laterPauseMs = 105_000
const mostAttempts = (catchUp: CronJobDefinition['catchUp']): number =>
  tickRetryPausesMs.length + 1 + (catchUp === 'latest' ? mostRequeues : 0)

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
      minTimeoutInMs: tickRetryPausesMs[0]!,
      maxTimeoutInMs: laterPauseMs,
      randomize: false,
    },
    run: (payload: unknown, { ctx }: Pick<RunContext, 'ctx'>) => dispatch(definition, timeIn(payload), ctx, parts),
    catchError({ error, ctx }: { error: unknown; ctx: RunContext['ctx'] }): ErrorHandling {
      const logger = bindLogger(parts.logger, { definition: id, attempt: ctx.attempt.number })
      logger.error('A cron tick could not be dispatched.', { error: toErrorInfo(error) })
      const shown = toShownError(toErrorInfo(error))
      if (isLastAttempt(ctx, mostAttempts(definition.catchUp))) return { skipRetrying: true, error: shown }
      return { retryDelayInMs: tickRetryPausesMs[ctx.attempt.number - 1] ?? laterPauseMs, error: shown }
    },
  })
}

/** What a tick was due at. Somebody may trigger its task by hand, with whatever payload. */
function timeIn(payload: unknown): Date | undefined {
  const { timestamp } = (payload ?? {}) as { timestamp?: unknown }
  const time = timestamp instanceof Date ? timestamp : new Date(String(timestamp))
  return Number.isNaN(time.getTime()) ? undefined : time
}

async function dispatch(
  definition: CronJobDefinition,
  calledFor: Date | undefined,
  { attempt }: RunContext['ctx'],
  parts: HostParts,
): Promise<Json> {
  // By the clock that the ticks come from: a worker's may be minutes ahead, and would drop each.
  const now = attempt.startedAt.getTime()
  const call = { scheduledFor: calledFor?.getTime() ?? now, now, maxEngineDelayMs: spreadMs, logger: parts.logger }
  return { ...(await dispatchScheduledTick(definition, call, () => createTickHost(definition, parts))) }
}
