import type { Clock } from '@cgk-platform/jobs-core/provider'
import type { Timer } from '@cgk-platform/jobs-core/scheduling'
import type { App, LoopbackFunction } from './app.ts'
import { parseCronExpression } from './cron-expression.ts'
import type { EventPayload } from './stored-event.ts'

/** Creates the ticks of cron triggers. */
export interface CronTicks {
  /** Replaces the schedules of an app with those of its new registration. */
  reset(app: App): void
  close(): void
}

/** Creates the ticks of one engine. After a standstill, every missed tick runs late, as on the real server. */
export function createCronTicks(options: {
  readonly clock: Clock
  onTick(fn: LoopbackFunction, cron: string, event: EventPayload): void
}): CronTicks {
  const { clock, onTick } = options
  const timers = new Map<string, Set<Timer>>()

  const schedule = (fn: LoopbackFunction, cron: string, own: Set<Timer>, afterMs: number): void => {
    const at = parseCronExpression(cron).next(afterMs)
    if (at === undefined) return
    const timer = clock.setTimer(at - clock.now(), () => {
      own.delete(timer)
      schedule(fn, cron, own, at)
      const tick = new Date(at).toISOString().replace('.000Z', 'Z')
      const data = { cron, scheduledAt: tick, fireAt: tick }
      onTick(fn, cron, { id: tick, name: 'inngest/scheduled.timer', data, ts: at })
    })
    own.add(timer)
  }
  const stop = (appName: string): void => {
    for (const timer of timers.get(appName) ?? []) timer.cancel()
  }

  return {
    reset(app) {
      stop(app.name)
      const own = new Set<Timer>()
      timers.set(app.name, own)
      for (const fn of app.functions.values()) {
        for (const trigger of fn.config.triggers) if ('cron' in trigger) schedule(fn, trigger.cron, own, clock.now())
      }
    },
    close() {
      for (const appName of timers.keys()) stop(appName)
    },
  }
}
