import type { JobClient, JobHandle } from '@cgk-platform/jobs'

import type { ShopEvent } from '../orders.ts'
import type { Screen } from './screen.ts'
import { sendAll } from './demo-engine.ts'

/** An engine on a virtual clock. */
export interface TimedEngine {
  readonly client: JobClient
  /** Advances to `at` (epoch milliseconds), running due jobs at their own times. */
  advanceTo(at: number): Promise<void>
}

const dayMs = 24 * 60 * 60 * 1000
const dayName = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' })
const timeOfDay = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: 'UTC' })

/** Sends every event at its own time of day, then advances to the end of the day. */
export async function simulateDays(
  { client, advanceTo }: TimedEngine,
  events: readonly ShopEvent[],
  screen: Screen,
): Promise<JobHandle[]> {
  const handles: JobHandle[] = []
  for (const [day, eventsOfDay] of byDay(events)) {
    let refunds = 0
    for (const [index, { at, item }] of eventsOfDay.entries()) {
      await advanceTo(at.getTime())
      handles.push(...(await sendAll(client, [item])))
      if (item.event === 'order.refunded') refunds++
      screen.progress(
        `  ${dayName.format(at)}, ${timeOfDay.format(at)}: ${index + 1 - refunds} orders, ${refunds} refunds`,
      )
    }
    await advanceTo(day + dayMs) // past 21:00, when the reports run
    screen.line(`  ${dayName.format(day)}: ${eventsOfDay.length - refunds} orders, ${refunds} refunds`)
  }
  return handles
}

/** Groups events by day. Keys are midnights in epoch milliseconds. */
export function byDay(events: readonly ShopEvent[]): Map<number, ShopEvent[]> {
  const days = new Map<number, ShopEvent[]>()
  for (const event of events) {
    const day = Math.floor(event.at.getTime() / dayMs) * dayMs
    days.set(day, [...(days.get(day) ?? []), event])
  }
  return days
}
