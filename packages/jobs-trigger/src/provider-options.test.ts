import { defineCronJob, defineEvents, defineJob, type Definition, eventType } from '@cgk-platform/jobs-core'
import type { UnsupportedFeatureError } from '@cgk-platform/jobs-core/errors'
import '@cgk-platform/test-kit/work'
import { describe, expect, test } from 'vitest'

import { findUnsupportedByTrigger, triggerOptionsOf, type TriggerOptions } from './provider-options.ts'

/** Returns a job with unchecked Trigger.dev options, as plain JavaScript may have them. */
function jobWith(options: unknown, more: object = {}): Definition {
  const providerOptions = { 'trigger.dev': options as TriggerOptions }
  return defineJob({ id: 'work', event: 'work.asked', handler: () => undefined, providerOptions, ...more }) as never
}

function cronWith(options: unknown, more: object = {}): Definition {
  const providerOptions = { 'trigger.dev': options as TriggerOptions }
  return defineCronJob({ id: 'nightly', schedule: '0 3 * * *', handler: () => undefined, providerOptions, ...more })
}

/** Returns the only error of a definition. */
function errorOf(definition: Definition): UnsupportedFeatureError {
  const problems = findUnsupportedByTrigger(definition)
  expect(problems).toHaveLength(1)
  return problems[0]!
}

const rejected = [
  ['id', 'other', "Use the definition's `id`."],
  ['run', () => undefined, "Use the definition's `handler`."],
  ['queue', { concurrencyLimit: 1 }, "Use the definition's `concurrency`"],
  ['concurrency', { total: 1 }, "Use the definition's `concurrency`"],
  ['maxDuration', 60, "Use the definition's `timeout`"],
  ['ttl', '1h', 'Set it in a send, or check `event.sentAt` in the handler.'],
  ['onFailure', () => undefined, "Use the definition's `onFailure`"],
  ['catchError', () => undefined, 'Throw a `NonRetryableError` or a `RetryAfterError` in the handler.'],
  ['handleError', () => undefined, 'Throw a `NonRetryableError` or a `RetryAfterError` in the handler.'],
  ['middleware', () => undefined, "Use the definition's `middleware`"],
  ['init', () => undefined, "Use the definition's `middleware`"],
  ['cleanup', () => undefined, "Use the definition's `middleware`"],
  ['onStart', () => undefined, "Use the definition's `middleware`"],
  ['onStartAttempt', () => undefined, "Use the definition's `middleware`"],
  ['jsonSchema', {}, "Use the event's schema to check payloads."],
  ['triggerSource', 'schedule', 'Only the SDK may set it.'],
  ['agentConfig', { type: 'x' }, 'Only the SDK may set it.'],
] as const

describe('rejects an option that would break a guarantee', () => {
  test.each(rejected)('%s', (option, value, remedy) => {
    for (const definition of [jobWith({ [option]: value }), cronWith({ machine: 'micro', [option]: value })]) {
      const { feature, message } = errorOf(definition)
      expect(feature).toBe(`providerOptions['trigger.dev'].${option}`)
      expect(message).toContain(`Remove it from \`${definition.id}\`.`)
      expect(message).toContain(remedy)
    }
  })

  test.each(['maxAttempts', 'factor', 'minTimeoutInMs', 'maxTimeoutInMs', 'randomize'])('retry.%s', (option) => {
    const { feature, message } = errorOf(jobWith({ retry: { [option]: 1 } }))
    expect(feature).toBe(`providerOptions['trigger.dev'].retry.${option}`)
    expect(message).toContain("use the definition's `retry`. Only `outOfMemory` is allowed here.")
  })

  test('but ignores an option that is undefined', () => {
    expect(findUnsupportedByTrigger(jobWith({ queue: undefined, ttl: undefined }))).toEqual([])
  })
})

test('rejects an unknown option, and lists the known ones', () => {
  expect(errorOf(jobWith({ machin: 'micro' })).message).toMatch(/machin.*The options are `description`,.*`onResume`/)
})

test('accepts the other options of Trigger.dev', () => {
  const options = {
    description: 'It works.',
    machine: 'large-1x',
    retry: { outOfMemory: { machine: 'large-2x' } },
    onSuccess: () => undefined,
    onComplete: () => undefined,
    onCancel: () => undefined,
  }
  expect(findUnsupportedByTrigger(jobWith(options))).toEqual([])
  expect(triggerOptionsOf(jobWith(options))).toEqual(options)
})

test('accepts a definition without options', () => {
  for (const none of [undefined, {}]) expect(findUnsupportedByTrigger(jobWith(none))).toEqual([])
  const plain = defineJob({ id: 'plain', event: 'work.asked', handler: () => undefined }) as unknown as Definition
  expect(triggerOptionsOf(plain)).toEqual({})
})

test.each([{ limit: 100_001 }, { perTenant: 100_001 }, { key: 'storeId', limit: 100_001 }])(
  'rejects a concurrency limit that its queues cannot have: %j',
  (concurrency) => {
    const { message } = errorOf(jobWith(undefined, { concurrency }))
    expect(message).toContain('`concurrency: 100001`. In `work`, set at most 100000, or omit it.')
    expect(findUnsupportedByTrigger(jobWith(undefined, { concurrency: 100_000 }))).toEqual([])
  },
)

describe('rejects a name that makes a task id too long:', () => {
  test('a definition id', () => {
    const id = `w${'_'.repeat(70)}` // each `_` takes two characters
    for (const definition of [jobWith(undefined, { id }), cronWith(undefined, { id: `${id}x` })]) {
      const { feature, message } = errorOf(definition)
      expect(feature).toBe('an id of this length')
      expect(message).toMatch(new RegExp(`Shorten it: \`${definition.id}\` makes a task id of \\d+ characters`))
    }
  })

  test('an event name', () => {
    const event = Array.from({ length: 40 }, () => 'w').join('/')
    defineEvents({ [event]: eventType<{ tenantId: string }>() } as never)
    const { feature, message } = errorOf(jobWith(undefined, { event }))
    expect(feature).toBe('an event name of this length')
    expect(message).toContain(`\`${event}\`, which \`work\` handles, makes a task id of`)
  })
})

test('rejects a schedule that Trigger.dev would interpret differently', () => {
  const { feature, message } = errorOf(cronWith(undefined, { schedule: '0 3 2-31 * 1' }))
  expect(feature).toContain('a schedule with a day of the week and nearly every day of the month')
  expect(message).toContain('the days of the month of `nightly`')
})

test('rejects more long retry delays than a run can have, and names the maximum number of attempts', () => {
  const slow = { backoff: 'fixed', initialDelay: '30s' } as const
  const error = errorOf(jobWith({}, { retry: { ...slow, maxAttempts: 13 } }))
  expect(error.message).toContain('In `work`, lower `maxAttempts` to 12 or less, or `maxDelay` to less than 30 s.')
  expect(findUnsupportedByTrigger(jobWith({}, { retry: { ...slow, maxAttempts: 12 } }))).toEqual([])
})

test('returns all problems of a definition at once', () => {
  const slow = { backoff: 'fixed', initialDelay: '30s', maxAttempts: 13 }
  const definition = jobWith({ ttl: '1h', machin: 'micro', retry: { factor: 2 } }, { retry: slow })
  expect(findUnsupportedByTrigger(definition).map(({ feature }) => feature)).toEqual([
    "providerOptions['trigger.dev'].ttl",
    "providerOptions['trigger.dev'].machin",
    "providerOptions['trigger.dev'].retry.factor",
    'retry.maxAttempts: 13',
  ])
})
