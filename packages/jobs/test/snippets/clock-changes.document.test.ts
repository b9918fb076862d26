import { nextRuns } from '@cgk-platform/jobs'
import { parseCronExpression } from '@cgk-platform/inngest-loopback'
import { readDocument } from '@cgk-platform/test-kit/documents'
import { rowsOf } from '@cgk-platform/test-kit/tables'
import { nextTick } from '@cgk-platform/trigger-loopback'
import { expect, test } from 'vitest'

// Compares the table of docs/delays-and-cron.md with the test equipment, which computes ticks as the vendors' servers do:
// with Trigger.dev's own library in its own version, and by the rule of Inngest's, which is written in Go.

const timezone = 'Europe/London'
const clock = new Intl.DateTimeFormat('en-GB', {
  timeZone: timezone,
  hour: '2-digit',
  minute: '2-digit',
  timeZoneName: 'short',
})

/** Returns the ticks of a night until 03:00 UTC, in local time. */
function ticksOf(night: string, next: (after: Date) => Date): string {
  const end = Date.parse(`${night}T03:00Z`)
  const ticks: string[] = []
  for (let at = next(new Date(Date.parse(`${night}T00:00Z`) - 1)); at.getTime() < end; at = next(at)) {
    ticks.push(clock.format(at))
  }
  return ticks.join(', ') || 'none'
}

const rows = rowsOf(readDocument('docs/delays-and-cron.md'), 'Night', 'Schedule', 'Local', 'Inngest', 'Trigger.dev')

test('the table covers spring and autumn', () => {
  expect(rows.map(([night, schedule]) => `${night} ${schedule}`)).toEqual(
    ['2026-03-29', '2026-10-25'].flatMap((night) =>
      ['30 1 * * *', '0 * * * *'].map((schedule) => `${night} ${schedule}`),
    ),
  )
})

test.each(rows)('on the night of %s, `%s` ticks as the table says', (night, schedule, local, inngest, trigger) => {
  expect(ticksOf(night!, (from) => nextRuns(schedule!, { timezone, from, count: 1 })[0]!)).toBe(local)

  const expression = parseCronExpression(`TZ=${timezone} ${schedule}`)
  expect(ticksOf(night!, (after) => new Date(expression.next(after.getTime())!))).toBe(inngest)

  expect(ticksOf(night!, (after) => nextTick({ cron: schedule!, timezone }, after))).toBe(trigger)
})
