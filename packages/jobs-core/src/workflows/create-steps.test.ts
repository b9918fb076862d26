import { beforeEach, describe, expect, test } from 'vitest'

import { defineCronJob } from '../jobs/define-cron-job.ts'
import { defineJob } from '../jobs/define-job.ts'
import { orderWorkflow } from '../../test/kit/workflow-kit.ts'
import { createSteps } from './create-steps.ts'
import { runInsideStep } from './inside-step.ts'
import type { EventWaitCall, StepCall } from '../steps/step-call.ts'
import type { Steps } from '../jobs/steps.ts'

/** The steps without types, as in JavaScript. */
type Untyped = { readonly [Name in keyof Steps]: (...given: unknown[]) => Promise<unknown> }

const replayToken = {}
const work = () => 5
const definition = orderWorkflow(() => undefined, { maxSteps: 20, timeout: '9s' })
const invoice = defineJob({ id: 'write-invoice', event: 'order.created', handler: () => 1 })
const nightly = defineCronJob({ id: 'nightly', schedule: '0 3 * * *', handler: () => undefined })
const payload = { tenantId: 'acme', orderId: 'order_1', items: [], count: 2, note: null, paid: true }

let calls: StepCall[]
let failed: Error[]
let hasEnded: boolean
let step: Untyped
beforeEach(() => {
  ;[calls, failed, hasEnded] = [[], [], false]
  step = createSteps({
    replayToken,
    definition: definition as never,
    envelope: { tenantId: 'acme', payload, sentAt: 7 },
    jobId: 'job_1',
    client: undefined,
    perform: async (call) => void calls.push(call),
    open: new Map(),
    hasEnded: () => hasEnded,
    failRun: (error) => void failed.push(error),
    restart: () => undefined,
  }) as unknown as Untyped
})

describe('rejects an invalid step before it starts', () => {
  test.each<[words: RegExp, call: (step: Untyped) => Promise<unknown>]>([
    [/`` .* has an empty string as its id\. Use a string that names/, (s) => s.run('', work)],
    [/`undefined` .* has undefined as its id/, (s) => s.run(undefined, work)],
    [/`5` .* has a number as its id/, (s) => s.sleepUntil(5, new Date())],
    [/has an id of 151 characters\. The maximum is 150/, (s) => s.waitForEvent('x'.repeat(151), 'order.refunded', {})],
    [/`an object that cannot be read` .* has an object as its id/, (s) => s.run(Object.create(null), work)],
    [/^The step `x{100}… \(1000000 characters in total\)` .{1,200}$/, (s) => s.run('x'.repeat(1_000_000), work)],
    [/has an id with a lone surrogate\. Use whole characters/, (s) => s.run('cut \ud83d', work)],
    [/`charge#2` .* ends with `#` and a number, which is reserved\. Repeated steps/, (s) => s.run('charge#2', work)],
    [
      /`charge\/compensation` .* ends with `\/compensation`, which is reserved\. The compensation of a step `x`/,
      (s) => s.run('charge/compensation', work),
    ],

    [/has undefined as its work\. Pass a function/, (s) => s.run('x')],
    [
      /has an invalid option: `options` is null, not an object\. The options are `retry`, `timeout`, `compensate`/,
      (s) => s.run('x', work, null),
    ],
    [
      /has an invalid option: `retries` is not an option of `step\.run`\. The options are `retry`/,
      (s) => s.run('x', work, { retries: 3 }),
    ],
    [
      /has an invalid option: `compensate` is a string, not a function\. Pass a function/,
      (s) => s.run('x', work, { compensate: 'refund' }),
    ],
    [/has an invalid option: `timeout` is 0\. Pass at least 1 millisecond/, (s) => s.run('x', work, { timeout: 0 })],
    [/has an invalid option: `retry\.maxAttempts` is `0`/, (s) => s.run('x', work, { retry: { maxAttempts: 0 } })],

    [/has an invalid option: `duration` is negative: `-1`/, (s) => s.sleep('x', -1)],
    [
      /`instant` is a string, not a Date\. Pass a valid `Date`\. Payloads and step results/,
      (s) => s.sleepUntil('x', '2026-03-01'),
    ],

    [
      /has an invalid option: `timeout` is missing\. Set how long to wait/,
      (s) => s.waitForEvent('x', 'order.refunded', {}),
    ],
    [
      /has an invalid option: `if` is not an option of `step\.waitForEvent`/,
      (s) => s.waitForEvent('x', 'order.refunded', { timeout: 1, if: 'a' }),
    ],
    [
      /matches `items`, which is an array in the event/,
      (s) => s.waitForEvent('x', 'order.refunded', { timeout: 1, match: 'items' }),
    ],
    [
      /matches `absent`, which is undefined in/,
      (s) => s.waitForEvent('x', 'order.refunded', { timeout: 1, match: 'absent' }),
    ],
    [
      /matches `constructor`, which is undefined/,
      (s) => s.waitForEvent('x', 'order.refunded', { timeout: 1, match: 'constructor' }),
    ],

    [
      /has an invalid option: `since` is empty\. Use `'start'`, or the id of a step/,
      (s) => s.waitForEvent('x', 'order.refunded', { timeout: 1, since: '' }),
    ],
    [
      /waits for events since `charge`, which the code has not called before\. Use `'start'`, or/,
      (s) => s.waitForEvent('x', 'order.refunded', { timeout: 1, since: 'charge' }),
    ],
    [
      /waits for events since `x`, which the code has not called before/,
      (s) => s.waitForEvent('x', 'order.refunded', { timeout: 1, since: 'x' }),
    ],

    [
      /has an invalid option: `options` is null, not an object\. The options are `delay`, `runAt`/,
      (s) => s.sendEvent('x', 'order.created', {}, null),
    ],
    [
      /has an invalid option: `idempotencyKey` is not an option of a step that sends/,
      (s) => s.runJob('x', invoice, {}, { idempotencyKey: 'a' }),
    ],
    [
      /has a string as its job\. Pass the result of `defineJob`, `defineBatchJob` or `defineWorkflow`/,
      (s) => s.runJob('x', 'write-invoice', {}),
    ],
    [
      /waits for `job\/write-invoice`, which is no event/,
      (s) => s.waitForEvent('x', 'job/write-invoice', { timeout: '1h' }),
    ],
    [/has undefined as its job/, (s) => s.runJob('x', undefined, {})],
    [/has a cron job as its job/, (s) => s.runJob('x', nightly, {})],
  ])('%s', async (words, call) => {
    const error = await call(step).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'invalid_step', definitionId: 'fulfil-order' })
    expect((error as Error).message).toMatch(words)
    expect((error as Error).message).toMatch(/^The step `.*` of `fulfil-order` .+\. [A-Z`d].+\.$/s)
    expect(calls).toEqual([])
  })

  test('rejects a wait for an undeclared event and suggests the closest name', async () => {
    await expect(step.waitForEvent('x', 'order.refundet', { timeout: 1 })).rejects.toMatchObject({
      code: 'unknown_event',
      message: expect.stringContaining('Did you mean `order.refunded`'),
    })
    await expect(step.waitForEvent('x', undefined, { timeout: 1 })).rejects.toMatchObject({ code: 'unknown_event' })
  })

  test('rejects a step inside another and names both', async () => {
    await expect(
      runInsideStep({ replayToken, key: 'outer#2', isRunning: true }, () => step.run('inner', work)),
    ).rejects.toThrow('The step `inner` of `fulfil-order` is called inside the step `outer#2`. Call it outside')
  })

  test('rejects a restart inside a step, and after the run has ended', async () => {
    await expect(runInsideStep({ replayToken, key: 'outer', isRunning: true }, () => step.restart({}))).rejects.toThrow(
      'The step `restart` of `fulfil-order` is called inside the step `outer`. Call it outside',
    )
    hasEnded = true
    await expect(step.restart({})).rejects.toThrow('is called after the run has ended')
  })

  test('accepts a step inside a step of another run, such as a job that runs inline', async () => {
    await runInsideStep({ replayToken: {}, key: 'outer', isRunning: true }, () => step.run('inner', work))
    expect(calls).toHaveLength(1)
  })

  test('accepts a step in the async context of a step that has ended', async () => {
    await runInsideStep({ replayToken, key: 'outer', isRunning: false }, () => step.run('inner', work))
    expect(calls).toHaveLength(1)
  })
})

describe('a valid step', () => {
  test('uses the retry policy and the timeout of the workflow by default', async () => {
    await step.run('x', work)
    await step.run('y', work, { retry: { maxAttempts: 5 }, timeout: '2s' })
    expect(calls[0]).toEqual({ kind: 'run', key: 'x', work, policy: definition.retry, timeoutMs: 9000 })
    expect(calls[1]).toMatchObject({ key: 'y', policy: { maxAttempts: 5 }, timeoutMs: 2000 })
  })

  test('is numbered from its second call, even if an earlier call was rejected', async () => {
    await step.run('x', work)
    await expect(step.run('x', 'no work')).rejects.toThrow('`x`')
    await step.run('x', work)
    await step.run('y', work)
    expect(calls.map(({ key }) => key)).toEqual(['x', 'x#3', 'y'])
  })

  test.each([
    ['orderId', 'order_1'],
    ['count', 2],
    ['paid', true],
    ['note', null],
  ])('takes the value to match from the event that started the run: %s', async (match, value) => {
    await step.waitForEvent('x', 'order.refunded', { match, timeout: '7d' })
    expect(calls).toEqual([
      {
        kind: 'waitForEvent',
        key: 'x',
        event: 'order.refunded',
        match: { [match]: value },
        timeoutMs: 604_800_000,
      },
    ])
  })

  test('waits since the send of the event that started the run, or since a step by its key', async () => {
    await step.run('x', work)
    await step.run('x', work)
    for (const since of ['start', 'x', 'x#2', 'paid'])
      await step.waitForEvent('paid', 'order.refunded', { timeout: 1, since }).catch(() => undefined)
    const waits = calls.slice(2).map((call) => ({ ...call }) as Partial<EventWaitCall>)
    expect(waits.map(({ key, since, ownJobId }) => [key, since, ownJobId])).toEqual([
      ['paid', 7, 'job_1'],
      ['paid#2', { step: 'x' }, 'job_1'],
      ['paid#3', { step: 'x#2' }, 'job_1'],
      ['paid#4', { step: 'paid' }, 'job_1'],
    ])
  })

  test('cannot send if its host has no client', async () => {
    await step.sendEvent('x', 'order.created', { orderId: 'order_2' })
    const { work: send } = calls[0] as Extract<StepCall, { kind: 'sendEvent' }>
    expect(() => send({ idempotencyKey: 'k' } as never)).toThrow(
      'The step `x` of `fulfil-order` has no client to send with. The host that runs the workflow must pass one.',
    )
  })
})
