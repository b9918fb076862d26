import { type CronJobDefinition, systemTenantId } from '@cgk-platform/jobs-core'
import { bindLogger, dispatchTick, tickToDispatch, toErrorInfo } from '@cgk-platform/jobs-core/provider'
import type { InngestFunction } from 'inngest'

import type { HostParts } from './host-parts.ts'
import { createTickHost } from './tick-host.ts'
import { toInngestSchedule } from './to-inngest-schedule.ts'

/** Ends the id of the function that turns a cron job's ticks into jobs. */
export const dispatcherSuffix = '-tick'

interface TickContext {
  /** Of a tick, `ts` is its instant. */
  readonly event: { readonly ts?: number | undefined }
  readonly attempt: number
}

/** A dispatch that failed in the app is made again so soon that its tick is still in time. */
const pausesMs = [1100, 2200, 4400, 6000]
/** Where the app is away, Inngest tries for about two minutes, or, for a tick that shall be made up for, for a day. */
const retriesOf = ({ catchUp }: CronJobDefinition) => (catchUp === 'latest' ? 20 : 4)

/** The function that Inngest's own cron calls: each tick becomes an ordinary job. */
export function createCronDispatcher(definition: CronJobDefinition, parts: HostParts): InngestFunction.Any {
  const { schedule, id } = definition
  return parts.client.createFunction(
    {
      id: `${id}${dispatcherSuffix}`,
      name: `${id}: ticks`,
      retries: retriesOf(definition),
      triggers: [{ cron: `TZ=${schedule.timezone} ${toInngestSchedule(schedule.schedule)}` }],
    },
    async ({ event, attempt }: TickContext) => {
      const { offsetMs } = await parts.api.time()
      const now = parts.clock.now() + offsetMs
      try {
        return await dispatch(definition, event.ts ?? now, now, parts)
      } catch (error) {
        bindLogger(parts.logger, { definition: id }).error('A cron tick could not be dispatched.', {
          error: toErrorInfo(error),
        })
        throw toRetryable(error, now + (pausesMs[attempt] ?? pausesMs.at(-1)!))
      }
    },
  )
}

/** The tick becomes one job of no tenant, as on every engine; where there are tenants, that job's run sends theirs. */
async function dispatch(definition: CronJobDefinition, calledFor: number, now: number, parts: HostParts) {
  const tick = tickToDispatch(definition, calledFor, now)
  const logger = bindLogger(parts.logger, {
    definition: definition.id,
    tick: new Date(tick ?? calledFor).toISOString(),
  })
  if (tick === undefined) {
    logger.warn('A cron tick came late and is dropped; `catchUp` would make up for the latest.')
    return { sent: 0, dropped: true }
  }
  const report = await dispatchTick(definition, tick, [systemTenantId], createTickHost(definition, tick, parts))
  if (report.skipped.length > 0) logger.info('A cron tick was skipped: the previous run still goes on.')
  return report
}

/** By its name the SDK tells an error that is tried again at an instant of the engine's clock, epoch milliseconds. */
function toRetryable(error: unknown, retryAt: number): Error {
  const { name, message, stack = '' } = toErrorInfo(error)
  const retryAfter = new Date(retryAt).toISOString()
  return Object.assign(new Error(`${name}: ${message}`), { name: 'RetryAfterError', retryAfter, stack })
}
