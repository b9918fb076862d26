import type { CronJobDefinition } from '@cgk-platform/jobs-core'
import { bindLogger, dispatchScheduledTick, tickRetryPausesMs, toErrorInfo } from '@cgk-platform/jobs-core/provider'
import type { InngestFunction } from 'inngest'

import type { HostDependencies } from './host-dependencies.ts'
import { createTickHost } from './tick-host.ts'
import { toInngestSchedule } from './to-inngest-schedule.ts'

/** Ends the id of the function that turns a cron job's ticks into jobs. */
export const dispatcherSuffix = '-tick'

interface TickContext {
  /** Of a tick, `ts` is its instant. */
  readonly event: { readonly ts?: number | undefined }
  readonly attempt: number
}

/** Where the app is away, Inngest tries for about two minutes, or, for a tick that shall be made up for, for a day. */
const retriesOf = ({ catchUp }: CronJobDefinition) => (catchUp === 'latest' ? 20 : 4)

/** The function that Inngest's own cron calls: each tick becomes an ordinary job. */
export function createCronDispatcher(definition: CronJobDefinition, host: HostDependencies): InngestFunction.Any {
  const { schedule, id } = definition
  return host.inngest.createFunction(
    {
      id: `${id}${dispatcherSuffix}`,
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
        bindLogger(host.logger, { definition: id }).error('A cron tick could not be dispatched.', {
          error: toErrorInfo(error),
        })
        throw toRetryable(error, now + (tickRetryPausesMs[attempt] ?? tickRetryPausesMs.at(-1)!))
      }
    },
  )
}

/** By its name the SDK tells an error that is tried again at an instant of the engine's clock, epoch milliseconds. */
function toRetryable(error: unknown, retryAt: number): Error {
  const { name, message, stack = '' } = toErrorInfo(error)
  const retryAfter = new Date(retryAt).toISOString()
  return Object.assign(new Error(`${name}: ${message}`), { name: 'RetryAfterError', retryAfter, stack })
}
