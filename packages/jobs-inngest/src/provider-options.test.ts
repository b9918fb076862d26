import { defineCronJob, defineJob, type Definition } from '@cgk-platform/jobs-core'
import type { UnsupportedFeatureError } from '@cgk-platform/jobs-core/errors'
import '@cgk-platform/test-kit/work'
import { describe, expect, test } from 'vitest'

import { findUnsupportedByInngest, inngestOptionsOf, type InngestOptions } from './provider-options.ts'

/** Defines a job with Inngest options, unchecked as in plain JavaScript. */
function jobWith(inngest: unknown, more: object = {}): Definition {
  const providerOptions = { inngest: inngest as InngestOptions }
  return defineJob({ id: 'work', event: 'work.asked', handler: () => undefined, providerOptions, ...more })
}

function cronWith(inngest: unknown): Definition {
  const providerOptions = { inngest: inngest as InngestOptions }
  return defineCronJob({ id: 'nightly', schedule: '0 3 * * *', handler: () => undefined, providerOptions })
}

/** Returns the only problem of a definition. */
function refusal(definition: Definition): UnsupportedFeatureError {
  const problems = findUnsupportedByInngest(definition)
  expect(problems).toHaveLength(1)
  return problems[0]!
}

describe('rejects an option of Inngest that breaks a guarantee', () => {
  test.each<[string, unknown, string]>([
    ['id', 'other', "Use the definition's `id`."],
    ['triggers', [{ event: 'x' }], "Use the definition's `event` or `schedule`."],
    ['retries', 0, 'Use `retry.maxAttempts`.'],
    [
      'onFailure',
      () => undefined,
      "Use the definition's `onFailure`. Inngest calls its own without this library's checks, in a separate run.",
    ],
    [
      'timeouts',
      { finish: '1m' },
      "Use the definition's `timeout` or `runTimeout`. Inngest's own end a run as cancelled and do not call `onFailure`.",
    ],
    ['batchEvents', { maxSize: 2, timeout: '1s' }, 'It combines jobs into one run, possibly of several tenants.'],
    [
      'debounce',
      { period: '1s' },
      'It drops events silently. Use an `idempotencyKey`, or a delay and a check in the handler.',
    ],
    ['rateLimit', { limit: 1, period: '1s' }, 'It drops events silently. Use `throttle`, which delays them.'],
    ['singleton', { mode: 'skip' }, 'It drops events silently. Use `concurrency`, which delays them.'],
    ['idempotency', 'event.data.id', 'It drops events silently. Set `idempotencyKey` in the send.'],
  ])('%s', (option, value, instead) => {
    for (const definition of [jobWith({ [option]: value }), cronWith({ throttle: {}, [option]: value })]) {
      const { feature, message } = refusal(definition)
      expect(feature).toBe(`providerOptions.inngest.${option}`)
      expect(message).toBe(
        `\`inngest\` does not support \`${feature}\`. Remove it from \`${definition.id}\`. ${instead}`,
      )
    }
  })

  test('accepts an undefined value', () => {
    expect(findUnsupportedByInngest(jobWith({ retries: undefined, debounce: undefined }))).toEqual([])
  })
})

test('rejects an unknown option and lists the known ones', () => {
  expect(refusal(jobWith({ throtle: { limit: 1, period: '1m' } })).message).toMatch(
    /throtle.*The options are `name`,.*`throttle`/,
  )
})

test('accepts all other options of Inngest', () => {
  const options = {
    throttle: { limit: 1, period: '1s' },
    concurrency: 5,
    cancelOn: [{ event: 'work.followed' }],
    name: 'Work',
    description: 'It works.',
    checkpointing: false,
  }
  expect(findUnsupportedByInngest(jobWith(options))).toEqual([])
  expect(inngestOptionsOf(jobWith(options))).toEqual(options)
})

test('accepts a definition without options', () => {
  for (const none of [undefined, {}]) expect(findUnsupportedByInngest(jobWith(none))).toEqual([])
  const plain = defineJob({ id: 'plain', event: 'work.asked', handler: () => undefined }) as unknown as Definition
  expect(findUnsupportedByInngest(plain)).toEqual([])
  expect(inngestOptionsOf(plain)).toEqual({})
})

test('rejects concurrency in two places', () => {
  const { feature, message } = refusal(jobWith({ concurrency: 5 }, { concurrency: 2 }))
  expect(feature).toBe('providerOptions.inngest.concurrency')
  expect(message).toContain('`work` also sets `concurrency`. Set only one of them.')
  expect(findUnsupportedByInngest(jobWith({ concurrency: undefined }, { concurrency: 2 }))).toEqual([])
})

test('rejects a throttle in two places', () => {
  const throttle = { limit: 1, period: '1s' }
  expect(refusal(jobWith({ throttle }, { throttle })).message).toContain(
    '`providerOptions.inngest.throttle`. `work` also sets `throttle`. Set only one of them.',
  )
})

test('rejects three limits of concurrency', () => {
  const limits = { limit: 9, perTenant: 3 }
  const key = { key: 'storeId', limit: 1 }
  const { feature, message } = refusal(jobWith(undefined, { concurrency: [limits, key] }))
  expect(feature).toBe('concurrency: three limits')
  expect(message).toContain('A function has at most two of `limit`, `perTenant` and `key`. Omit one of them in `work`.')
  for (const two of [limits, key, [{ limit: 9 }, key], [{ perTenant: 3 }, key]]) {
    expect(findUnsupportedByInngest(jobWith(undefined, { concurrency: two }))).toEqual([])
  }
})

test('rejects a throttle with a burst that Inngest would exceed', () => {
  const throttled = (limit: number, period: string, burst?: number) =>
    jobWith(undefined, { throttle: { limit, period, burst } })
  const { feature, message } = refusal(throttled(10, '1s'))
  expect(feature).toBe('throttle.burst: 1')
  expect(message).toContain(
    'In `work`, set `burst` to 10, or to 21 or more. Inngest counts in whole seconds and would start more runs.',
  )
  expect(refusal(throttled(1, '1s', 2)).message).toContain('In `work`, set `burst` to 1, or to 3 or more.')
  expect(refusal(throttled(100, '1m')).message).toContain('In `work`, set `burst` to 5 or more.')
  for (const one of [throttled(10, '1s', 10), throttled(1, '1s'), throttled(10, '1m'), throttled(10, '1m', 2)]) {
    expect(findUnsupportedByInngest(one)).toEqual([])
  }
})

test('rejects a job for an event name that Inngest reserves', () => {
  // Created by hand: the core rejects a declaration of such an event.
  const definition = { ...jobWith(undefined), event: 'inngest/function.failed' } as unknown as Definition
  const { message } = refusal(definition)
  expect(message).toBe(
    '`inngest` does not support `the event name inngest/function.failed`. ' +
      'Inngest reserves names that begin with `inngest/`. Rename the event of `work`.',
  )
  expect(findUnsupportedByInngest({ ...cronWith(undefined), event: 'inngest/x' } as unknown as Definition)).toEqual([])
})

test('reports all rejected options at once', () => {
  const definition = jobWith({ retries: 1, throtle: {}, concurrency: 5 }, { concurrency: 2 })
  expect(findUnsupportedByInngest(definition).map(({ feature }) => feature)).toEqual([
    'providerOptions.inngest.retries',
    'providerOptions.inngest.throtle',
    'providerOptions.inngest.concurrency',
  ])
})
