import { expect, test } from 'vitest'

import { defineEvents } from '../events/define-events.ts'
import { eventType } from '../events/event-type.ts'
import { defineCronJob } from './define-cron-job.ts'
import { defineJob } from './define-job.ts'
import { describeUnhandled } from './describe-unhandled.ts'
import { toJobRegistry, withSeparateRegistry } from './job-registry.ts'

const handler = (): void => undefined

test.for([
  [
    'no definition',
    'video.uploaded',
    [],
    '^No job handles `video\\.uploaded`, so its jobs end as `unhandled`\\. If one',
  ],
  ['a similar event', 'video.readi', [], 'Did you mean `video\\.ready`\\? '],
  ['a similar event elsewhere', 'order.refunde', ['order.refunded'], 'Did you mean `order\\.refunded`\\? '],
  ['disabled definitions', 'mail.bounced', [], '`off`, `also-off` would, with `enabled: true`\\. '],
  ['a similar event of a disabled definition', 'mail.bouncd', [], '`unhandled`\\. If one'],
  ['a similar cron job', 'cron/nightl', [], '`unhandled`\\. If one'],
] as const)('says what was meant: %s', ([, event, elsewhere, expected]) => {
  defineEvents({ 'video.ready': eventType(), 'mail.bounced': eventType() } as never)
  const define = (id: string, of: string, enabled = true) => defineJob({ id, event: of as never, enabled, handler })
  const jobs = withSeparateRegistry(() => [
    define('on', 'video.ready'),
    define('off', 'mail.bounced', false),
    define('also-off', 'mail.bounced', false),
    defineCronJob({ id: 'nightly', schedule: '0 3 * * *', handler }),
  ])
  expect(describeUnhandled(event, toJobRegistry(jobs), elsewhere)).toMatch(new RegExp(expected, 'u'))
})
