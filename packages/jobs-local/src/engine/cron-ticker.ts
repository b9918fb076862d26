import type { CronJobDefinition, LoggerLike } from '@cgk-platform/jobs-core'
import {
  systemTenantId,
  bindLogger,
  type JobRegistry,
  dispatchTick,
  latestTick,
  missedTickAfterMs,
  type TickHost,
  tickToDispatch,
} from '@cgk-platform/jobs-core/provider'

/** What the ticker stands on. */
export interface CronParts {
  readonly jobs: JobRegistry
  readonly logger: LoggerLike
  readonly now: () => number
  readonly lastTick: (definitionId: string) => number | undefined
  readonly setLastTick: (definitionId: string, tick: number) => void
  readonly host: () => TickHost
  /** Whether the ticks of a cron job are this engine's to dispatch. */
  readonly claim: (definition: CronJobDefinition) => boolean
  readonly release: (definition: CronJobDefinition) => void
}

interface Scheduled {
  readonly definition: CronJobDefinition
  nextAt: number
}

/** Turns the ticks of a registry's cron jobs into ordinary jobs. */
export class CronTicker {
  readonly #parts: CronParts
  #scheduled = new Map<string, Scheduled>()
  #lastNow = Number.NEGATIVE_INFINITY
  /** The ids of all that were ever taken up. */
  readonly #known = new Set<string>()

  constructor(parts: CronParts) {
    this.#parts = parts
  }

  /** Takes up cron jobs that were defined, changed or removed since. */
  refresh(): void {
    const before = this.#scheduled
    const mine = this.#parts.jobs.cronJobs().filter(this.#parts.claim)
    for (const { definition } of before.values()) if (!mine.includes(definition)) this.#parts.release(definition)
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

  stop(): void {
    this.#scheduled.clear()
  }

  nextAt(): number | undefined {
    let next: number | undefined
    for (const { nextAt } of this.#scheduled.values()) if (next === undefined || nextAt < next) next = nextAt
    return next
  }

  /** Dispatches the ticks that are due. */
  tick(): void {
    const now = this.#parts.now()
    if (now < this.#lastNow) this.#goBack(now)
    this.#lastNow = now
    for (const scheduled of this.#scheduled.values()) {
      if (scheduled.nextAt > now) continue
      const { definition } = scheduled
      const tick = latestTick(definition.schedule, scheduled.nextAt, now)
      scheduled.nextAt = definition.schedule.next(now)
      if (tick === this.#parts.lastTick(definition.id)) continue // it came again
      this.#parts.setLastTick(definition.id, tick)
      const logger = bindLogger(this.#parts.logger, { definition: definition.id, tick: new Date(tick).toISOString() })
      if (tickToDispatch(definition, tick, now) === undefined) {
        logger.warn('A cron tick was missed and is dropped; `catchUp` would make up for the latest.')
        continue
      }
      dispatchTick(definition, tick, [systemTenantId], this.#parts.host()).then(
        ({ skipped }) =>
          skipped.length > 0 && logger.info('A cron tick was skipped because the previous run has not ended.'),
        (error: unknown) => logger.error('A cron tick could not be dispatched.', { error }),
      )
    }
  }

  /**
   * The clock was set back, a while ago perhaps. The ticks that come again are told by their keys, so that each still
   * runs once.
   */
  #goBack(now: number): void {
    for (const scheduled of this.#scheduled.values()) {
      scheduled.nextAt = scheduled.definition.schedule.next(now - missedTickAfterMs)
    }
  }

  #firstTick({ id, schedule }: CronJobDefinition): number {
    const { lastTick, now } = this.#parts
    // What an earlier process left compensated was missed. In this one, another schedule or a definition that came back has
    // missed nothing: it counts from now on.
    const after = this.#known.has(id) ? now() : Math.min(lastTick(id) ?? now(), now())
    this.#known.add(id)
    return schedule.next(after)
  }
}
