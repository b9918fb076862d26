import type { CronJobDefinition } from '@cgk-platform/jobs-core'
import { dispatchScheduledTick } from '@cgk-platform/jobs-core/hosted'
import { type Json, bindLogger, toErrorInfo } from '@cgk-platform/jobs-core/provider'
import { tickRetryDelaysMs } from '@cgk-platform/jobs-core/scheduling'
import { type AnyTask, schedules } from '@trigger.dev/sdk'

import { tickTaskId } from '../wire/task-id.ts'
import { type ErrorHandling, isLastAttempt } from './catch-error.ts'
import type { HostDependencies } from './host-dependencies.ts'
import type { RunContext } from './run-context.ts'
import { maxRequeues } from './requeue-limits.ts'
import { toDisplayError } from './display-error.ts'
import { baseTaskOptions, serverMaxAttempts } from './task-options.ts'
import { createTickHost } from './tick-host.ts'
import { toTriggerSchedule } from './to-trigger-schedule.ts'

/** Retry delay of a tick with `catchUp`. It is retried for about twenty minutes, as often as a run can be requeued. */
const catchUpPauseMs = 105_000
const maxAttemptsFor = (catchUp: CronJobDefinition['catchUp']): number =>
  tickRetryDelaysMs.length + 1 + (catchUp === 'latest' ? maxRequeues : 0)

/** Maximum delay of a tick. A server may spread its schedules over the minute after their time. */
const maxTickDelayMs = 60_000

/** Creates the task that Trigger.dev calls at a cron job's ticks. Each tick becomes an ordinary job. */
export function createTickTask(definition: CronJobDefinition, dependencies: HostDependencies): AnyTask {
  const { id, schedule } = definition
  const taskId = tickTaskId(id)
  return schedules.task({
    ...baseTaskOptions,
    id: taskId,
    // A schedule that Trigger.dev cannot express was rejected before.
    cron: { pattern: toTriggerSchedule(schedule.schedule)!, timezone: schedule.timezone },
    // One at a time, because checking for an open run and sending the next one are two steps.
    queue: { name: taskId, concurrencyLimit: 1 },
    retry: {
      maxAttempts: serverMaxAttempts,
      factor: 2,
      minTimeoutInMs: tickRetryDelaysMs[0]!,
      maxTimeoutInMs: catchUpPauseMs,
      randomize: false,
    },
    run: (payload: unknown, { ctx }: Pick<RunContext, 'ctx'>) =>
      dispatch(definition, readTimestamp(payload), ctx, dependencies),
    catchError({ error, ctx }: { error: unknown; ctx: RunContext['ctx'] }): ErrorHandling {
      const logger = bindLogger(dependencies.logger, { definitionId: id, attempt: ctx.attempt.number })
      logger.error('A cron tick could not be dispatched.', { error: toErrorInfo(error) })
      const displayError = toDisplayError(toErrorInfo(error))
      if (isLastAttempt(ctx, maxAttemptsFor(definition.catchUp))) return { skipRetrying: true, error: displayError }
      return { retryDelayInMs: tickRetryDelaysMs[ctx.attempt.number - 1] ?? catchUpPauseMs, error: displayError }
    },
  })
}

/** Returns when a tick was due, or `undefined` if the task was triggered by hand with another payload. */
function readTimestamp(payload: unknown): Date | undefined {
  const { timestamp } = (payload ?? {}) as { timestamp?: unknown }
  const time = timestamp instanceof Date ? timestamp : new Date(String(timestamp))
  return Number.isNaN(time.getTime()) ? undefined : time
}

async function dispatch(
  definition: CronJobDefinition,
  scheduledFor: Date | undefined,
  { attempt }: RunContext['ctx'],
  dependencies: HostDependencies,
): Promise<Json> {
  // The server's clock, which the ticks go by. A worker's clock that is minutes ahead would drop every tick.
  const now = attempt.startedAt.getTime()
  const { logger } = dependencies
  const tick = { scheduledFor: scheduledFor?.getTime() ?? now, now, maxEngineDelayMs: maxTickDelayMs, logger }
  return { ...(await dispatchScheduledTick(definition, tick, () => createTickHost(definition, dependencies))) }
}
