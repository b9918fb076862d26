import type { JobClient, JobHandle } from '@cgk-platform/jobs'

import type { ShopEvent } from '../orders.ts'
import type { Screen } from './screen.ts'
import { sendAll } from './stage.ts'

/** An engine whose time passes when it is told to. */
export interface TimedEngine {
  readonly client: JobClient
  /** Lets time go by up to an instant, epoch milliseconds; what is due meanwhile runs at its own. */
  passTo(at: number): Promise<void>
}

const dayMs = 24 * 60 * 60 * 1000
const dayName = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' })
const timeOfDay = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: 'UTC' })

/** Sends every event at its own time of day, and lets each day come to its end. */
export async function playDays(
  { client, passTo }: TimedEngine,
  events: readonly ShopEvent[],
  screen: Screen,
): Promise<JobHandle[]> {
  const handles: JobHandle[] = []
  for (const [day, eventsOfDay] of byDay(events)) {
    let refunds = 0
    for (const [index, { at, item }] of eventsOfDay.entries()) {
      await passTo(at.getTime())
      handles.push(...(await sendAll(client, [item])))
      if (item.event === 'order.refunded') refunds++
      screen.progress(
        `  ${dayName.format(at)}, ${timeOfDay.format(at)}: ${index + 1 - refunds} orders, ${refunds} refunds`,
      )
    }
    await passTo(day + dayMs) // past closing time, when the reports are made
    screen.line(`  ${dayName.format(day)}: ${eventsOfDay.length - refunds} orders, ${refunds} refunds`)
  }
  return handles
}

/** Events by the midnight before them. */
function byDay(events: readonly ShopEvent[]): Map<number, ShopEvent[]> {
  const days = new Map<number, ShopEvent[]>()
  for (const event of events) {
    const day = Math.floor(event.at.getTime() / dayMs) * dayMs
    days.set(day, [...(days.get(day) ?? []), event])
  }
  return days
}
