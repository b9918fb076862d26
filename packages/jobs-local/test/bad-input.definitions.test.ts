import {
  defineCronJob,
  defineJob,
  DuplicateDefinitionError,
  InvalidDefinitionError,
  UnknownEventError,
} from '@cgk-platform/jobs-core'
import { ambientJobs } from '@cgk-platform/jobs-core/provider'
import { afterEach, describe, expect, test } from 'vitest'

import { createTestEngine } from '../src/testing/index.ts'
import { expectRefused } from './kit/expect-refused.ts'
import { forgetJobs } from './kit/forget-jobs.ts'

const handler = () => undefined
const attempts = 'Give a whole number from 1 to 1000.'
const counts = 'Give a whole number of 1 or more, or `{ limit, perTenant }`.'
const delays = "Give milliseconds as a number, or a number with one unit (ms, s, m, h, d, w): `'30s'`"

/** A definition that is refused has not registered itself, and none that was there is gone. */
async function expectUndefined(define: () => unknown, field: string, says: string[]): Promise<void> {
  defineJob({ id: 'work', event: 'work.asked', handler: () => 'before' })
  const before = ambientJobs().all()
  const error = await expectRefused(define, { error: InvalidDefinitionError, code: 'invalid_definition', says })
  expect((error as InvalidDefinitionError).field).toBe(field)
  expect(ambientJobs().all()).toEqual(before)
  const engine = createTestEngine() // on what registered itself
  const { id } = await engine.client.sendJob('work.asked', { tenantId: 'acme' })
  await engine.settle()
  expect((await engine.client.getJobStatus(id)).runs[0]?.output).toBe('before')
  await engine.close()
}

afterEach(forgetJobs)

describe('a job that cannot be', () => {
  const cases: [string, object, field: string, problem: string, remedy: string][] = [
    ['no attempt', { retry: { maxAttempts: 0 } }, 'retry.maxAttempts', 'is `0`', attempts],
    ['half an attempt', { retry: { maxAttempts: 1.5 } }, 'retry.maxAttempts', 'is `1.5`', attempts],
    ['too many attempts', { retry: { maxAttempts: 1001 } }, 'retry.maxAttempts', 'is `1001`', attempts],
    [
      'an unknown backoff',
      { retry: { backoff: 'quadratic' } },
      'retry.backoff',
      'is `quadratic`',
      "Use 'fixed', 'linear' or 'exponential'.",
    ],
    [
      'a greatest delay below the first',
      { retry: { initialDelay: '1m', maxDelay: '30s' } },
      'retry.maxDelay',
      'is shorter than `initialDelay` (30000 ms < 60000 ms)',
      'Swap or raise it.',
    ],
    [
      'a malformed delay',
      { retry: { initialDelay: 'a while' } },
      'retry.initialDelay',
      "is not a duration: `'a while'`",
      delays,
    ],
    ['a negative delay', { retry: { initialDelay: -1 } }, 'retry.initialDelay', 'is negative: `-1`', delays],
    ['a factor below 1', { retry: { factor: 0.5 } }, 'retry.factor', 'is `0.5`', 'Give a number of 1 or more.'],
    ['a jitter over 1', { retry: { jitter: 2 } }, 'retry.jitter', 'is `2`', 'Give a fraction from 0 to 1.'],
    [
      'a timeout of nothing',
      { timeout: 0 },
      'timeout',
      'is 0',
      "Give milliseconds of 1 or more, or a string such as `'30s'`.",
    ],
    [
      'a malformed timeout',
      { timeout: 'long' },
      'timeout',
      "is not a duration: `'long'`",
      "Give milliseconds of 1 or more, or a string such as `'30s'`.",
    ],
    ['no concurrency', { concurrency: 0 }, 'concurrency', 'is `0`', counts],
    ['a broken concurrency', { concurrency: { perTenant: 1.5 } }, 'concurrency.perTenant', 'is `1.5`', counts],
    ['an unknown option', { retries: 3 }, 'retries', 'is not an option', 'The options are `id`, `event`, `handler`'],
    ['a handler that is none', { handler: 'run' }, 'handler', 'is a string', 'Give a function.'],
    ['an `onFailure` that is none', { onFailure: {} }, 'onFailure', 'is a', 'Give a function.'],
    ['no event', { event: undefined }, 'event', 'is missing', 'Name the event to handle, such as `order.created`.'],
  ]

  test.each(cases)('%s', async (_name, options, field, problem, remedy) => {
    const define = () => defineJob({ id: 'bad', event: 'work.asked', handler, ...options } as never)
    await expectUndefined(define, field, [`defineJob(\`bad\`): \`${field}\` ${problem}`, remedy])
  })

  test.each([undefined, null, '', 5, 'two words', '-dash', 'x'.repeat(101), 'ünicode'])('the id %j', async (id) => {
    const define = () => defineJob({ id: id as string, event: 'work.asked', handler })
    await expectUndefined(define, 'id', ['`id` is ', 'Give a name of letters, digits'])
  })

  test('an unknown event, with the nearest name', async () => {
    const before = ambientJobs().all()
    await expectRefused(() => defineJob({ id: 'bad', event: 'order.craeted' as never, handler }), {
      error: UnknownEventError,
      code: 'unknown_event',
      says: ['The event `order.craeted` is unknown.', 'Did you mean `order.created`?'],
    })
    expect(ambientJobs().all()).toEqual(before)
  })
})

describe('a cron job that cannot be', () => {
  test('the schedule', async () => {
    const define = () => defineCronJob({ id: 'bad', schedule: '61 * * * *', handler })
    const problem = 'has `61` in its minute field, where it is not valid'
    await expectUndefined(define, 'schedule', ['defineCronJob(`bad`): `schedule` ', problem, 'Use `*`, values, lists'])
  })

  test.each(['Mars/Olympus', '', '+02:00', 'Europe/berlin', 7])('the time zone %j', async (timezone) => {
    const define = () => defineCronJob({ id: 'bad', schedule: '* * * * *', timezone: timezone as string, handler })
    await expectUndefined(define, 'timezone', ['defineCronJob(`bad`): `timezone` is '])
  })

  const others: [string, object, field: string, says: string][] = [
    ['an unknown overlap', { overlap: 'queue' }, 'overlap', "is `queue`. Use 'skip' or 'allow'."],
    ['an unknown catch-up', { catchUp: 'all' }, 'catchUp', "is `all`. Use 'none' or 'latest'."],
    ['tenants that are a list', { tenants: ['acme'] }, 'tenants', 'Give a function.'],
    ['an event', { event: 'work.asked' }, 'event', 'is not an option'],
  ]

  test.each(others)('%s', async (_name, options, field, says) => {
    const define = () => defineCronJob({ id: 'bad', schedule: '* * * * *', handler, ...options } as never)
    await expectUndefined(define, field, [says])
  })
})

describe('two definitions of one id', () => {
  test('in a client’s list of jobs are refused', async () => {
    const first = defineJob({ id: 'twice', event: 'work.asked', handler })
    const second = defineCronJob({ id: 'twice', schedule: '* * * * *', handler })
    await expectRefused(() => createTestEngine({ jobs: [first, second] }), {
      error: DuplicateDefinitionError,
      code: 'duplicate_definition',
      says: ['Two definitions have the id `twice`.', 'give each definition an id of its own'],
    })
  })

  test('may be one definition that is named twice', async () => {
    const job = defineJob({ id: 'once', event: 'work.asked', handler })
    const engine = createTestEngine({ jobs: [job, job] })
    await engine.client.sendJob('work.asked', { tenantId: 'acme' })
    await engine.settle()
    expect(engine.attempts).toHaveLength(1)
  })
})
