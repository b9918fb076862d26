import { afterEach, describe, expect, test } from 'vitest'

import { defineWorkflow } from './define-workflow.ts'
import { defineCronJob } from './define-cron-job.ts'
import { defineJob } from './define-job.ts'
import { processJobs } from './job-registry.ts'

const handler = (): void => undefined
const define = (debounce: unknown) =>
  defineJob({ id: 'index-product', event: 'order.created', handler, debounce: debounce as never })

afterEach(() => {
  for (const { id } of processJobs().all()) processJobs().remove(id)
})

test('a job and a workflow have the checked option', () => {
  expect(define({ period: '5s', key: 'order.id', maxWait: '1m' }).debounce).toEqual({
    periodMs: 5000,
    key: 'order.id',
    maxWaitMs: 60_000,
  })
  const workflow = { id: 'index-shop', event: 'order.created', steps: handler, debounce: { period: 1000 } } as const
  expect(defineWorkflow(workflow).debounce).toEqual({ periodMs: 1000 })
  expect(define(undefined)).not.toHaveProperty('debounce')
})

test.each([1000, '7d'])('a period of %s is allowed, also with an equal `maxWait`', (period) => {
  expect(() => define({ period, maxWait: period })).not.toThrow()
})

describe('refuses', () => {
  test.each<[field: string, debounce: unknown, message: RegExp]>([
    ['debounce', 5, /is a number, not an object\. The options are/],
    ['debounce.period', {}, /is missing\. Pass a period, such as `'5s'`\./],
    ...[0, 999, '0.5s', '8d', -1, Number.NaN, 'soon'].map((period): [string, unknown, RegExp] => [
      'debounce.period',
      { period },
      /Pass a period from 1 s to 7 days/,
    ]),
    ['debounce.maxWait', { period: '5s', maxWait: '4s' }, /is shorter than `period`\. Pass at least 5000 ms/],
    ['debounce.maxWait', { period: '5s', maxWait: 'soon' }, /Pass/],
    ...['', 'a..b', 'order[0]', 5, null].map((key): [string, unknown, RegExp] => [
      'debounce.key',
      { period: '5s', key },
      /Pass a path in the payload/,
    ]),
    ['debounce.wait', { period: '5s', wait: '1m' }, /is not an option/],
  ])('%s of %o', (field, debounce, message) => {
    expect(() => define(debounce)).toThrow(
      expect.objectContaining({ code: 'invalid_definition', field, message: expect.stringMatching(message) as string }),
    )
  })

  test('a cron job, which has no sends', () => {
    const cron = { id: 'nightly', schedule: '0 9 * * *', handler, debounce: { period: '5s' } }
    expect(() => defineCronJob(cron as never)).toThrow(/`debounce` is not an option of `defineCronJob`/)
  })
})
