import {
  defineCronJob,
  defineEvents,
  defineJob,
  type Definition,
  eventType,
  type UnsupportedFeatureError,
} from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import '../test/kit/work.ts'
import { findUnsupportedByTrigger, triggerOptionsOf, type TriggerOptions } from './provider-options.ts'

/** A job with options of Trigger.dev's, as plain JavaScript may have them. */
function jobWith(options: unknown, more: object = {}): Definition {
  const providerOptions = { 'trigger.dev': options as TriggerOptions }
  return defineJob({ id: 'work', event: 'work.asked', handler: () => undefined, providerOptions, ...more }) as never
}

function cronWith(options: unknown, more: object = {}): Definition {
  const providerOptions = { 'trigger.dev': options as TriggerOptions }
  return defineCronJob({ id: 'nightly', schedule: '0 3 * * *', handler: () => undefined, providerOptions, ...more })
}

/** The only thing for which a definition is refused. */
function refusal(definition: Definition): UnsupportedFeatureError {
  const problems = findUnsupportedByTrigger(definition)
  expect(problems).toHaveLength(1)
  return problems[0]!
}

const refused = [
  ['id', 'other', 'The definition has an id.'],
  ['run', () => undefined, 'The definition has a handler.'],
  ['queue', { concurrencyLimit: 1 }, 'Use `concurrency`'],
  ['concurrency', { total: 1 }, 'Use `concurrency`'],
  ['maxDuration', 60, 'Use `timeout`'],
  ['ttl', '1h', 'WaitPoll at `event.sentAt` in the handler.'],
  ['onFailure', () => undefined, "Use the definition's `onFailure`"],
  ['catchError', () => undefined, 'Throw a `NonRetryableError` or a `RetryAfterError` in the handler.'],
  ['handleError', () => undefined, 'Throw a `NonRetryableError` or a `RetryAfterError` in the handler.'],
  ['middleware', () => undefined, "Use the definition's `middleware`"],
  ['init', () => undefined, "Use the definition's `middleware`"],
  ['cleanup', () => undefined, "Use the definition's `middleware`"],
  ['onStart', () => undefined, "Use the definition's `middleware`"],
  ['onStartAttempt', () => undefined, "Use the definition's `middleware`"],
  ['jsonSchema', {}, "an event's payload is checked by the event's schema"],
  ['triggerSource', 'schedule', "It is the SDK's own."],
  ['agentConfig', { type: 'x' }, "It is the SDK's own."],
] as const

describe('an option of Trigger.dev that would break a promise is refused', () => {
  test.each(refused)('%s', (option, value, instead) => {
    for (const definition of [jobWith({ [option]: value }), cronWith({ machine: 'micro', [option]: value })]) {
      const { feature, message } = refusal(definition)
      expect(feature).toBe(`providerOptions['trigger.dev'].${option}`)
      expect(message).toContain(`Take it out of \`${definition.id}\`.`)
      expect(message).toContain(instead)
    }
  })

  test.each(['maxAttempts', 'factor', 'minTimeoutInMs', 'maxTimeoutInMs', 'randomize'])('retry.%s', (option) => {
    const { feature, message } = refusal(jobWith({ retry: { [option]: 1 } }))
    expect(feature).toBe(`providerOptions['trigger.dev'].retry.${option}`)
    expect(message).toContain("Use the definition's `retry`; `outOfMemory` alone is Trigger.dev's.")
  })

  test('but not one that is undefined', () => {
    expect(findUnsupportedByTrigger(jobWith({ queue: undefined, ttl: undefined }))).toEqual([])
  })
})

test('an option that Trigger.dev does not have is refused with those that it has', () => {
  expect(refusal(jobWith({ machin: 'micro' })).message).toMatch(/machin.*It is none: description,.*onResume/)
})

test('the other options of Trigger.dev are taken', () => {
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

test('a definition need have none', () => {
  for (const none of [undefined, {}]) expect(findUnsupportedByTrigger(jobWith(none))).toEqual([])
  const plain = defineJob({ id: 'plain', event: 'work.asked', handler: () => undefined }) as unknown as Definition
  expect(triggerOptionsOf(plain)).toEqual({})
})

test('a limit over all tenants and one for each are not had together', () => {
  const { feature, message } = refusal(jobWith(undefined, { concurrency: { limit: 3, perTenant: 1 } }))
  expect(feature).toBe('concurrency.limit together with concurrency.perTenant')
  expect(message).toContain('Keep one of the two in `work`')
  for (const concurrency of [3, { perTenant: 1 }]) {
    expect(findUnsupportedByTrigger(jobWith(undefined, { concurrency }))).toEqual([])
  }
})

describe('a name that makes too long an id of a task is refused', () => {
  test('of a definition', () => {
    const id = `w${'_'.repeat(70)}` // one takes two characters
    for (const definition of [jobWith(undefined, { id }), cronWith(undefined, { id: `${id}x` })]) {
      const { feature, message } = refusal(definition)
      expect(feature).toBe('an id of that length')
      expect(message).toMatch(new RegExp(`\`${definition.id}\` makes a task id of \\d+ characters.*: shorten it\\.`))
    }
  })

  test('of an event', () => {
    const event = Array.from({ length: 40 }, () => 'w').join('/')
    defineEvents({ [event]: eventType<{ tenantId: string }>() } as never)
    const { feature, message } = refusal(jobWith(undefined, { event }))
    expect(feature).toBe('an event of that name')
    expect(message).toContain(`\`${event}\`, which \`work\` handles, makes a task id of`)
  })
})

test('a schedule that Trigger.dev would read otherwise is refused', () => {
  const { feature, message } = refusal(cronWith(undefined, { schedule: '0 3 2-31 * 1' }))
  expect(feature).toContain('a schedule of a day of the week or nearly every day')
  expect(message).toContain('the days of `nightly`')
})

test('more long delays before attempts than the server waits for are refused, and told how many there can be', () => {
  const slow = { backoff: 'fixed', initialDelay: '30s' } as const
  const error = refusal(jobWith({}, { retry: { ...slow, maxAttempts: 13 } }))
  expect(error.message).toContain('Lower `maxAttempts` in `work` to 12 or less, or `maxDelay` to less than 30 s.')
  expect(findUnsupportedByTrigger(jobWith({}, { retry: { ...slow, maxAttempts: 12 } }))).toEqual([])
})

test('everything that is refused is told at once', () => {
  const concurrency = { limit: 3, perTenant: 1 }
  const definition = jobWith({ ttl: '1h', machin: 'micro', retry: { factor: 2 } }, { concurrency })
  expect(findUnsupportedByTrigger(definition).map(({ feature }) => feature)).toEqual([
    "providerOptions['trigger.dev'].ttl",
    "providerOptions['trigger.dev'].machin",
    "providerOptions['trigger.dev'].retry.factor",
    'concurrency.limit together with concurrency.perTenant',
  ])
})
