import type { CronJobDefinition, Logger, LoggerLike } from '@cgk-platform/jobs-core'
import { systemTenantId, bindLogger, type JobRegistry, type TickHost } from '@cgk-platform/jobs-core/provider'
import {
  dispatchTick,
  latestTick,
  missedTickAfterMs,
  tickRetryDelaysMs,
  tickToDispatch,
} from '@cgk-platform/jobs-core/scheduling'

/** The dependencies of a `CronTicker`. */
export interface CronTickerDependencies {
  readonly jobs: JobRegistry
  readonly logger: LoggerLike
  readonly now: () => number
  readonly lastTick: (definitionId: string) => number | undefined
  readonly setLastTick: (definitionId: string, tick: number) => void
  readonly host: () => TickHost
  readonly pause: (durationMs: number) => Promise<void>
  /** Returns whether this engine dispatches the ticks of a cron job. */
  readonly claim: (definition: CronJobDefinition) => boolean
  readonly release: (definition: CronJobDefinition) => void
}

interface Scheduled {
  readonly definition: CronJobDefinition
  nextAt: number
}

/** Turns the ticks of a registry's cron jobs into ordinary jobs. */
export class CronTicker {
  readonly #dependencies: CronTickerDependencies
  #scheduled = new Map<string, Scheduled>()
  #lastNow = Number.NEGATIVE_INFINITY
  #isStopped = false
  /** Ids of all cron jobs that this ticker has ever scheduled. */
  readonly #known = new Set<string>()

  constructor(dependencies: CronTickerDependencies) {
    this.#dependencies = dependencies
  }

  /** Applies cron jobs that were defined, changed or removed since the last call. */
  refresh(): void {
    if (this.#isStopped) return
    const before = this.#scheduled
    const mine = this.#dependencies.jobs.cronJobs().filter(this.#dependencies.claim)
    for (const { definition } of before.values()) if (!mine.includes(definition)) this.#dependencies.release(definition)
    this.#scheduled = new Map(
      mine.map((definition) => {
        const known = before.get(definition.id)
        const same = known?.definition.schedule
        const unchanged =
          same?.schedule === definition.schedule.schedule && same.timezone === definition.schedule.timezone
        const nextAt = known && unchanged ? known.nextAt : this.#firstTick(definition)
        return [definition.id, { definition, nextAt }]
      }),
    )
  }

  /** Dispatches no tick from now on. */
  stop(): void {
    this.#isStopped = true
    this.#scheduled.clear()
  }

  nextAt(): number | undefined {
    let next: number | undefined
    for (const { nextAt } of this.#scheduled.values()) if (next === undefined || nextAt < next) next = nextAt
    return next
  }

  /** Dispatches the ticks that are due. */
  tick(): void {
    const now = this.#dependencies.now()
    if (now < this.#lastNow) this.#goBack(now)
    this.#lastNow = now
    for (const scheduled of this.#scheduled.values()) {
      if (scheduled.nextAt > now) continue
      const { definition } = scheduled
      const tick = latestTick(definition.schedule, scheduled.nextAt, now)
      scheduled.nextAt = definition.schedule.next(now)
      if (tick === this.#dependencies.lastTick(definition.id)) continue // already dispatched before the clock was set back
      this.#dependencies.setLastTick(definition.id, tick)
      const logger = bindLogger(this.#dependencies.logger, {
        definitionId: definition.id,
        tick: new Date(tick).toISOString(),
      })
      if (tickToDispatch(definition, tick, now) === undefined) {
        logger.warn("A cron tick was missed and is dropped. Set `catchUp: 'latest'` to run the latest missed tick.")
        continue
      }
      void this.#dispatch(definition, tick, logger)
    }
  }

  /** Dispatches a tick. Retries it, because the record of keys of a tenant router may fail for a moment. */
  async #dispatch(definition: CronJobDefinition, tick: number, logger: Logger): Promise<void> {
    const { host, pause } = this.#dependencies
    for (const retryDelayMs of [...tickRetryDelaysMs, undefined]) {
      try {
        const { skipped } = await dispatchTick(definition, tick, [systemTenantId], host())
        if (skipped.length > 0) logger.info('A cron tick was skipped because the previous run has not ended.')
        return
      } catch (error) {
        logger.error('A cron tick could not be dispatched.', { error })
      }
      if (retryDelayMs === undefined) return
      await pause(retryDelayMs)
      if (!this.#scheduled.has(definition.id)) return // stopped, or removed
    }
  }

  /**
   * Reschedules after the clock was set back, perhaps some time ago. Repeated ticks are recognized by their keys, so
   * each still runs once.
   */
  #goBack(now: number): void {
    for (const scheduled of this.#scheduled.values()) {
      scheduled.nextAt = scheduled.definition.schedule.next(now - missedTickAfterMs)
    }
  }

  #firstTick({ id, schedule }: CronJobDefinition): number {
    const { lastTick, now } = this.#dependencies
    // Ticks that an earlier process did not dispatch were missed. Within this process, a changed schedule or a
    // definition that was added again has missed nothing: it counts from now on.
    const after = this.#known.has(id) ? now() : Math.min(lastTick(id) ?? now(), now())
    this.#known.add(id)
    return schedule.next(after)
  }
}
