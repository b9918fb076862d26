import { systemTenantId } from '../events/reserved-names.ts'
import type { CronJobDefinition } from '../jobs/job-definition.ts'
import { bindLogger, type LoggerLike } from '../logging/logger.ts'
import {
  dispatchTick,
  missedTickAfterMs,
  type TickHost,
  type TickReport,
  tickToDispatch,
} from '../runs/dispatch-tick.ts'

/** A call of an engine for a tick. */
export interface ScheduledTick {
  /** The instant of the tick, epoch milliseconds. */
  readonly scheduledFor: number
  /** Epoch milliseconds, by the engine's clock. */
  readonly now: number
  /** How much later than its tick the engine may call by itself. Default 0. */
  readonly maxEngineDelayMs?: number
  readonly logger: LoggerLike
}

/** The pauses before a failed dispatch is tried again: the tick is still in time after the last of them. */
export const tickRetryPausesMs: readonly number[] = [1100, 2200, 4400, 6000]

/**
 * Turns the tick that an engine calls for into one job of no tenant, as on every engine; where there are tenants, the run
 * of that job sends theirs. A tick that was missed is dropped, or made up for.
 */
export async function dispatchScheduledTick(
  definition: CronJobDefinition,
  { scheduledFor, now, maxEngineDelayMs = 0, logger }: ScheduledTick,
  hostOf: (tick: number) => TickHost,
): Promise<TickReport | { readonly sent: 0; readonly dropped: true }> {
  const isInTime = now - scheduledFor <= maxEngineDelayMs + missedTickAfterMs
  const tick = isInTime ? scheduledFor : tickToDispatch(definition, scheduledFor, now)
  const bound = bindLogger(logger, { definition: definition.id, tick: new Date(tick ?? scheduledFor).toISOString() })
  if (tick === undefined) {
    bound.warn('A cron tick came late and is dropped; `catchUp` would make up for the latest.')
    return { sent: 0, dropped: true }
  }
  const report = await dispatchTick(definition, tick, [systemTenantId], hostOf(tick))
  if (report.skipped.length > 0) bound.info('A cron tick was skipped: the previous run still goes on.')
  return report
}
