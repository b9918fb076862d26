import { createDefaultLogger, type JobHandle, setJobClient } from '@cgk-platform/jobs'
import { createTestEngine, type TestEngine } from '@cgk-platform/jobs/local/testing'

import type { ShopEvent } from '../orders.ts'
import { sendAll, type Stage } from './stage.ts'

const dayMs = 24 * 60 * 60 * 1000
const dayName = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' })
const timeOfDay = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: 'UTC' })

/** The local engine on a virtual clock: every event is sent at its own time of day, and nobody waits for the hours between. */
export function createFastForward(startAt: Date): Stage {
  const engine: TestEngine = createTestEngine({
    startAt,
    logger: createDefaultLogger({ now: () => engine.now() }),
    // Ended jobs are kept for a day; here the first day's are still read after the second.
    config: { retention: { age: '7d' } },
  })
  // So that the cron job brings no default client to life, which would run in real time.
  setJobClient(engine.client)
  const advanceTo = (at: number) => engine.advance(Math.max(0, at - engine.now().getTime()))

  return {
    client: engine.client,
    description: 'The clock is virtual: each is sent at its hour, and the days take a moment.',
    async play(events, screen) {
      const handles: JobHandle[] = []
      for (const [day, eventsOfDay] of byDay(events)) {
        let refunds = 0
        for (const [index, { at, item }] of eventsOfDay.entries()) {
          await advanceTo(at.getTime())
          handles.push(...(await sendAll(engine.client, [item])))
          if (item.event === 'order.refunded') refunds++
          screen.progress(
            `  ${dayName.format(at)}, ${timeOfDay.format(at)}: ${index + 1 - refunds} orders, ${refunds} refunds`,
          )
        }
        await advanceTo(day + dayMs) // past closing time, when the reports are made
        screen.line(`  ${dayName.format(day)}: ${eventsOfDay.length - refunds} orders, ${refunds} refunds`)
      }
      return handles
    },
    close: () => engine.close(),
  }
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
