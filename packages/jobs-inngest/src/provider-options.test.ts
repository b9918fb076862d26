import { defineCronJob, defineJob, type Definition, type UnsupportedFeatureError } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import '../test/kit/work.ts'
import { findUnsupportedByInngest, inngestOptionsOf, type InngestOptions } from './provider-options.ts'

/** A job with options of Inngest's, as plain JavaScript may have them. */
function jobWith(inngest: unknown, more: object = {}): Definition {
  const providerOptions = { inngest: inngest as InngestOptions }
  return defineJob({ id: 'work', event: 'work.asked', handler: () => undefined, providerOptions, ...more })
}

function cronWith(inngest: unknown): Definition {
  const providerOptions = { inngest: inngest as InngestOptions }
  return defineCronJob({ id: 'nightly', schedule: '0 3 * * *', handler: () => undefined, providerOptions })
}

/** The only thing for which a definition is refused. */
function refusal(definition: Definition): UnsupportedFeatureError {
  const problems = findUnsupportedByInngest(definition)
  expect(problems).toHaveLength(1)
  return problems[0]!
}

describe('an option of Inngest that would break a promise is refused', () => {
  test.each<[string, unknown, string]>([
    ['id', 'other', 'The definition has an id.'],
    ['triggers', [{ event: 'x' }], 'The definition names its event or its schedule.'],
    ['retries', 0, 'Use `retry.maxAttempts`.'],
    [
      'onFailure',
      () => undefined,
      "Use the definition's `onFailure`: this one is called without the checks, and in a run of its own.",
    ],
    ['timeouts', { finish: '1m' }, 'Use `timeout`: these end a run as cancelled, and `onFailure` is not called.'],
    ['batchEvents', { maxSize: 2, timeout: '1s' }, 'It makes one run of several jobs, of several tenants perhaps.'],
    [
      'debounce',
      { period: '1s' },
      'It drops events in silence. Use an `idempotencyKey`, or a delay and a check in the handler.',
    ],
    ['rateLimit', { limit: 1, period: '1s' }, 'It drops events in silence. Use `throttle`, which makes them wait.'],
    ['singleton', { mode: 'skip' }, 'It drops events in silence. Use `concurrency`, which makes them wait.'],
    ['idempotency', 'event.data.id', 'It drops events in silence. Use the `idempotencyKey` of a send.'],
  ])('%s', (option, value, instead) => {
    for (const definition of [jobWith({ [option]: value }), cronWith({ throttle: {}, [option]: value })]) {
      const { feature, message } = refusal(definition)
      expect(feature).toBe(`providerOptions.inngest.${option}`)
      expect(message).toBe(`\`inngest\` does not support \`${feature}\`. (In \`${definition.id}\`.) ${instead}`)
    }
  })

  test('but not one that is undefined', () => {
    expect(findUnsupportedByInngest(jobWith({ retries: undefined, debounce: undefined }))).toEqual([])
  })
})

test('an option that Inngest does not have is refused with those that it has', () => {
  expect(refusal(jobWith({ throtle: { limit: 1, period: '1m' } })).message).toMatch(
    /throtle.*It is none: name,.*throttle/,
  )
})

test('the other options of Inngest are taken', () => {
  const options = {
    throttle: { limit: 1, period: '1s' },
    priority: { run: '100' },
    concurrency: 5,
    cancelOn: [{ event: 'work.followed' }],
    name: 'Work',
    description: 'It works.',
    checkpointing: false,
  }
  expect(findUnsupportedByInngest(jobWith(options))).toEqual([])
  expect(inngestOptionsOf(jobWith(options))).toEqual(options)
})

test('a definition need have none', () => {
  for (const none of [undefined, {}]) expect(findUnsupportedByInngest(jobWith(none))).toEqual([])
  const plain = defineJob({ id: 'plain', event: 'work.asked', handler: () => undefined }) as unknown as Definition
  expect(findUnsupportedByInngest(plain)).toEqual([])
  expect(inngestOptionsOf(plain)).toEqual({})
})

test('concurrency is said in one place', () => {
  const { feature, message } = refusal(jobWith({ concurrency: 5 }, { concurrency: 2 }))
  expect(feature).toBe('providerOptions.inngest.concurrency')
  expect(message).toContain('`work` has `concurrency` of its own: say it in one place.')
  expect(findUnsupportedByInngest(jobWith({ concurrency: undefined }, { concurrency: 2 }))).toEqual([])
})

test("a job is not of one of Inngest's own events", () => {
  // Made by hand: the core refuses to declare such an event.
  const definition = { ...jobWith(undefined), event: 'inngest/function.failed' } as unknown as Definition
  const { message } = refusal(definition)
  expect(message).toBe(
    '`inngest` does not support `an event of that name`. ' +
      "`work` handles `inngest/function.failed`, and names that begin so are Inngest's own.",
  )
  expect(findUnsupportedByInngest({ ...cronWith(undefined), event: 'inngest/x' } as unknown as Definition)).toEqual([])
})

test('everything that is refused is told at once', () => {
  const definition = jobWith({ retries: 1, throtle: {}, concurrency: 5 }, { concurrency: 2 })
  expect(findUnsupportedByInngest(definition).map(({ feature }) => feature)).toEqual([
    'providerOptions.inngest.retries',
    'providerOptions.inngest.throtle',
    'providerOptions.inngest.concurrency',
  ])
})
