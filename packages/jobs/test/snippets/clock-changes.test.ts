import { nextRuns } from '@cgk-platform/jobs'
import { parseCronExpression } from '@cgk-platform/jobs-inngest/loopback'
import { nextTick } from '@cgk-platform/jobs-trigger/loopback'
import { expect, test } from 'vitest'

import { readDocument } from './documents.ts'
import { rowsOf } from './tables.ts'

// The table of docs/delays-and-cron.md. What Inngest and Trigger.dev do is computed by the test equipment, as their
// servers do it: Trigger.dev's own library in its own version, and the rule of Inngest's, which is written in Go.

const timezone = 'Europe/London'
const clock = new Intl.DateTimeFormat('en-GB', {
  timeZone: timezone,
  hour: '2-digit',
  minute: '2-digit',
  timeZoneName: 'short',
})

/** The instants of a night until 03:00 UTC, as the clocks on the wall show them. */
function ticksOf(night: string, next: (after: Date) => Date): string {
  const end = Date.parse(`${night}T03:00Z`)
  const ticks: string[] = []
  for (let at = next(new Date(Date.parse(`${night}T00:00Z`) - 1)); at.getTime() < end; at = next(at)) {
    ticks.push(clock.format(at))
  }
  return ticks.join(', ') || 'none'
}

const rows = rowsOf(
  readDocument('docs/delays-and-cron.md'),
  'Night',
  'Schedule',
  'What it is',
  'Local',
  'Inngest',
  'Trigger.dev',
)

test('the table has the cases of spring and of autumn', () => {
  expect(rows.map(([night, schedule]) => `${night} ${schedule}`)).toEqual(
    ['2026-03-29', '2026-10-25'].flatMap((night) =>
      ['30 1 * * *', '30 0-2 * * *', '0 * * * *', '*/30 * * * *'].map((schedule) => `${night} ${schedule}`),
    ),
  )
})

test.each(rows)('the night of %s with `%s`, %s', (night, schedule, _what, local, inngest, trigger) => {
  expect(ticksOf(night!, (from) => nextRuns(schedule!, { timezone, from, count: 1 })[0]!)).toBe(local)

  const expression = parseCronExpression(`TZ=${timezone} ${schedule}`)
  expect(ticksOf(night!, (after) => new Date(expression.next(after.getTime())!))).toBe(inngest)

  expect(ticksOf(night!, (after) => nextTick({ cron: schedule!, timezone }, after))).toBe(trigger)
})
