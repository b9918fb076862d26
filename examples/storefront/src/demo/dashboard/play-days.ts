import type { JobClient } from '@cgk-platform/jobs'

import { dailyReport } from '../../jobs.ts'
import type { ShopEvent } from '../../orders.ts'
import { outbox } from '../../outbox.ts'
import { sendAll } from '../demo-engine.ts'
import type { Screen } from '../screen.ts'
import { byDay } from '../simulate-days.ts'

/** Options of a play. */
export interface PlayOptions {
  readonly client: JobClient
  readonly screen: Screen
  /** Real time for the trading hours of a day, in milliseconds. */
  readonly dayLengthMs: number
  /** Waits, or rejects when the play is stopped. */
  readonly pause: (ms: number) => Promise<unknown>
}

/** The part of the first day in which the mail service is down. It is longer than the retries of a mail. */
const outage = { from: 0.4, to: 0.55 }

const timeOfDay = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' })

/** Sends the events of each day over a few minutes, with an outage of the mail service, and its reports at the end. */
export async function playDays(
  events: readonly ShopEvent[],
  { client, screen, dayLengthMs, pause }: PlayOptions,
): Promise<void> {
  const days = [...byDay(events).values()]
  for (const [day, eventsOfDay] of days.entries()) {
    const opensAt = eventsOfDay[0]!.at.getTime()
    const hoursMs = eventsOfDay.at(-1)!.at.getTime() - opensAt
    let played = 0
    let isDown = false
    for (const { at, item } of eventsOfDay) {
      const part = (at.getTime() - opensAt) / hoursMs
      await pause((part - played) * dayLengthMs)
      played = part
      const isNowDown = day === 0 && part >= outage.from && part < outage.to
      if (isNowDown !== isDown)
        screen.line(isNowDown ? '  The mail service is down.' : '  The mail service answers again.')
      isDown = isNowDown
      outbox.setDown(isDown)
      await sendAll(client, [item])
      screen.progress(`  ${timeOfDay.format(at)}`)
    }
    await client.inspect.runCronJob(dailyReport.id)
  }
}
