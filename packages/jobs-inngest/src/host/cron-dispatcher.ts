import type { CronJobDefinition } from '@cgk-platform/jobs-core'
import { dispatchScheduledTick } from '@cgk-platform/jobs-core/hosted'
import { bindLogger, toErrorInfo } from '@cgk-platform/jobs-core/provider'
import { tickRetryDelaysMs } from '@cgk-platform/jobs-core/scheduling'
import type { InngestFunction } from 'inngest'

import { toFunctionId } from '../wire/function-id.ts'
import type { HostDependencies } from './host-dependencies.ts'
import { createTickHost } from './tick-host.ts'
import { toInngestSchedule } from './to-inngest-schedule.ts'

/** The suffix of the id of the function that turns a cron job's ticks into jobs. */
export const dispatcherSuffix = '-tick'

interface TickContext {
  /** `ts` is the time of the tick. */
  readonly event: { readonly ts?: number | undefined }
  readonly attempt: number
}

/**
 * While the app is unavailable, Inngest retries a tick for about two minutes, or for a day with `catchUp: 'latest'`.
 */
const retriesOf = ({ catchUp }: CronJobDefinition) => (catchUp === 'latest' ? 20 : 4)

/** Creates the function that Inngest calls at each tick. It sends an ordinary job for the tick. */
export function createCronDispatcher(definition: CronJobDefinition, host: HostDependencies): InngestFunction.Any {
  const { schedule, id } = definition
  return host.inngest.createFunction(
    {
      id: `${toFunctionId(id)}${dispatcherSuffix}`,
      name: `${id}: ticks`,
      retries: retriesOf(definition),
      triggers: [{ cron: `TZ=${schedule.timezone} ${toInngestSchedule(schedule.schedule)}` }],
    },
    async ({ event, attempt }: TickContext) => {
      const { offsetMs } = await host.api.time()
      const now = host.clock.now() + offsetMs
      try {
        const { logger } = host
        const call = { scheduledFor: event.ts ?? now, now, logger }
        return await dispatchScheduledTick(definition, call, (tick) => createTickHost(definition, tick, host))
      } catch (error) {
        bindLogger(host.logger, { definitionId: id }).error('A cron tick could not be dispatched.', {
          error: toErrorInfo(error),
        })
        throw toRetryable(error, now + (tickRetryDelaysMs[attempt] ?? tickRetryDelaysMs.at(-1)!))
      }
    },
  )
}

/**
 * Returns an error that the SDK, by its name, retries at a given time.
 *
 * @param retryAt - epoch milliseconds by the engine's clock
 */
function toRetryable(error: unknown, retryAt: number): Error {
  const { name, message, stack = '' } = toErrorInfo(error)
  const retryAfter = new Date(retryAt).toISOString()
  return Object.assign(new Error(`${name}: ${message}`), { name: 'RetryAfterError', retryAfter, stack })
}
