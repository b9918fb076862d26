import { beforeEach, describe, expect, test, vi } from 'vitest'

import { processJobs } from './job-registry.ts'
import { defineWorkflow } from './define-workflow.ts'

type Options = Parameters<typeof defineWorkflow>[0]

const steps = () => undefined
const least: Options = { id: 'fulfil-order', event: 'order.created', steps }
const define = (options: object | undefined) => defineWorkflow({ ...least, ...options } as Options)

beforeEach(() => {
  for (const { id } of processJobs().all()) processJobs().remove(id)
})

describe('a workflow', () => {
  test('has its options and the defaults', () => {
    expect(defineWorkflow(least)).toEqual({
      kind: 'workflow',
      id: 'fulfil-order',
      event: 'order.created',
      steps,
      maxSteps: 1000,
      parkTimeoutMs: 604_800_000,
      compensateOnCancel: false,
      retry: { maxAttempts: 3, backoff: 'exponential', initialDelayMs: 1000, maxDelayMs: 60_000, factor: 2, jitter: 0 },
      enabled: true,
      providerOptions: {},
    })
  })

  test('has every option, validated', () => {
    const onFailure = vi.fn<() => void>()
    const providerOptions = { inngest: { priority: 1 } }
    const all = {
      retry: { maxAttempts: 1 },
      timeout: '1.5s',
      concurrency: { limit: 5, perTenant: 1 },
      version: '2',
      maxSteps: 5,
      compensateOnCancel: true,
      onFailure,
      providerOptions,
    }
    const { timeout: _, ...others } = all
    expect(define(all)).toMatchObject({ ...others, timeoutMs: 1500 })
  })
})

describe('rejects an invalid workflow and names the field', () => {
  test.each<[field: string, options: object]>([
    ['id', { id: 'two words' }],
    ['event', { event: 5 }],
    ['onFailure', { onFailure: 'notify' }],
    ['timeout', { timeout: 0 }],
    ...[undefined, null, 'run', {}].map((value): [string, object] => ['steps', { steps: value }]),
    ...['', 2, null, {}, true].map((version): [string, object] => ['version', { version }]),
    ...[0, -1, 1.5, '5', Number.NaN, Infinity, null, {}].map((maxSteps): [string, object] => [
      'maxSteps',
      { maxSteps },
    ]),
    ...[null, 'yes', 1].map((compensateOnCancel): [string, object] => ['compensateOnCancel', { compensateOnCancel }]),
    ['concurrency.perTenant', { concurrency: { perTenant: 0.5 } }],
    ['retry.maxAttempts', { retry: { maxAttempts: 0 } }],
    ['handler', { handler: steps }],
    ['compensate', { compensate: steps }],
  ])('%s: %o', (field, options) => {
    expect(() => define(options)).toThrow(
      expect.objectContaining({
        code: 'invalid_definition',
        field,
        message: expect.stringMatching(/^defineWorkflow\(.*\): `[\w.]+` .+\. [A-Z].+\.$/s),
      }),
    )
    expect(processJobs().all()).toEqual([])
  })

  test('an unknown option, with the known ones', () => {
    expect(() => define({ handler: steps })).toThrow(
      'defineWorkflow(`fulfil-order`): `handler` is not an option of `defineWorkflow`. The options are `id`, `event`, `payload`, `steps`, `transaction`, `retry`, `timeout`, `runTimeout`, `concurrency`, `throttle`, `priority`, `middleware`, `returnedErrors`, `enabled`, `providerOptions`, `debounce`, `version`, `previous`, `parkTimeout`, `maxSteps`, `compensateOnCancel`, `onFailure`.',
    )
  })

  test('a missing field as missing, and another value by its type', () => {
    expect(() => define({ steps: undefined })).toThrow(/`steps` is missing/)
    expect(() => define({ steps: 'run' })).toThrow(/`steps` is a string/)
    expect(() => define({ version: 2 })).toThrow(/`version` is a number, not a string\. Use a string/)
    expect(() => define({ maxSteps: 0 })).toThrow(/`maxSteps` is `0`\. Pass a whole number/)
  })
})
