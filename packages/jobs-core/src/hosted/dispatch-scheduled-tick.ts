import { systemTenantId } from '../values/reserved-names.ts'
import type { CronJobDefinition } from '../jobs/job-definition.ts'
import { bindLogger, type LoggerLike } from '../logging/logger.ts'
import {
  dispatchTick,
  missedTickAfterMs,
  type TickHost,
  type TickReport,
  tickToDispatch,
} from '../runs/dispatch-tick.ts'

/** A tick that an engine reports. */
export interface ScheduledTick {
  /** The time of the tick, epoch milliseconds. */
  readonly scheduledFor: number
  /** The current time by the engine's clock, epoch milliseconds. */
  readonly now: number
  /** Maximum delay with which the engine reports a tick that was not missed, in milliseconds. Default 0. */
  readonly maxEngineDelayMs?: number
  readonly logger: LoggerLike
}

/** Delays before the retries of a failed dispatch, in milliseconds. After the last one the tick is still on time. */
export const tickRetryDelaysMs: readonly number[] = [1100, 2200, 4400, 6000]

/**
 * Sends one job of the tenant `system` for a tick. If the definition has `tenants`, the run of that job sends the
 * jobs of the tenants. Drops a missed tick, or with `catchUp: 'latest'` sends a job for the latest missed one.
 *
 * @param hostOf - returns the host for the tick that is dispatched, which may not be the reported one
 */
export async function dispatchScheduledTick(
  definition: CronJobDefinition,
  { scheduledFor, now, maxEngineDelayMs = 0, logger }: ScheduledTick,
  hostOf: (tick: number) => TickHost,
): Promise<TickReport | { readonly sent: 0; readonly dropped: true }> {
  const isInTime = now - scheduledFor <= maxEngineDelayMs + missedTickAfterMs
  const tick = isInTime ? scheduledFor : tickToDispatch(definition, scheduledFor, now)
  const bound = bindLogger(logger, { definitionId: definition.id, tick: new Date(tick ?? scheduledFor).toISOString() })
  if (tick === undefined) {
    bound.warn("A cron tick was missed and dropped. To run the latest missed tick, set `catchUp: 'latest'`.")
    return { sent: 0, dropped: true }
  }
  const report = await dispatchTick(definition, tick, [systemTenantId], hostOf(tick))
  if (report.skipped.length > 0) bound.info('A cron tick was skipped because the previous run has not ended.')
  return report
}
