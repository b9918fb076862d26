import { describe, expect, test, vi } from 'vitest'

import * as core from '../src/index.ts'

type Core = typeof core
type ErrorName = Exclude<Extract<keyof Core, `${string}Error`>, 'JobsError' | 'toError'>

/** Everything that a class of errors needs of what it reports. */
const facts = {
  accepted: 'no' as const,
  bytes: 200_000,
  declaredAt: 'file:///app/events.ts:1:1',
  definitionId: 'process-order',
  event: 'order.created',
  feature: 'delay',
  field: 'retry.maxAttempts',
  issues: [{ path: 'payload.orderId', message: 'must be a string' }],
  jobId: 'job_1',
  limitBytes: 122_880,
  attempts: 3,
  maxAttempts: 3,
  maxSteps: 1000,
  stepId: 'charge',
  nearest: 'order.created',
  operation: 'sendJob',
  option: 'delay',
  packageName: '@cgk-platform/jobs-inngest',
  path: 'payload.total',
  problem: 'is odd',
  provider: 'inngest',
  remedy: 'Make it even.',
  state: 'running',
  tenantId: 'tenant_123',
  timeoutMs: 5000,
  what: 'defineJob(`process-order`)',
}

const cause = new Error('the cause')

/** How the errors are made that need more than the facts. */
const own: { readonly [Name in ErrorName]?: (classes: Core) => core.JobsError } = {
  IncompatibleCopiesError: (c) => new c.IncompatibleCopiesError({ own: 'v1', other: 'v2' }),
  LeaseLostError: (c) => new c.LeaseLostError(),
  NonRetryableError: (c) => new c.NonRetryableError('The card was declined.', { cause }),
  NotSerializableError: (c) => new c.NotSerializableError(facts, { cause }),
  ProviderNotInstalledError: (c) => new c.ProviderNotInstalledError(facts, { cause }),
  RequestFailedError: (c) => new c.RequestFailedError(facts, { cause }),
  RetryAfterError: (c) => new c.RetryAfterError('The bank is busy.', '30s', { cause }),
  SendFailedError: (c) => new c.SendFailedError(facts, { cause }),
  ShutdownError: (c) => new c.ShutdownError(),
  StepFailedError: (c) => new c.StepFailedError({ ...facts, cause }),
  StoreError: (c) => new c.StoreError({ ...facts, path: 'jobs.db', problem: 'full', says: 'cannot grow' }, { cause }),
}
const names = Object.keys(core).filter((name) => /(?<!^Jobs|^to)Error$/.test(name)) as ErrorName[]
const make = (name: ErrorName, classes: Core): core.JobsError => {
  const Class = classes[name] as unknown as new (given: typeof facts) => core.JobsError
  return own[name]?.(classes) ?? new Class(facts)
}

/** Said by whoever throws them, so their messages are not ours. */
const usersOwn: readonly ErrorName[] = ['NonRetryableError', 'RetryAfterError']
const isInstance = (classes: Core, name: ErrorName, error: unknown): boolean => classes[name].isInstance(error)

test('every code is one class alone, in words that stay', () => {
  const codes = names.map((name) => make(name, core).code)
  expect(new Set(codes).size).toBe(codes.length)
  for (const code of codes) expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/)
})

describe.each(names)('%s', (name) => {
  const error = make(name, core)

  test('is an error with its class as name and a code of its own', () => {
    expect(error).toBeInstanceOf(Error)
    expect(error).toBeInstanceOf(core[name])
    expect(error.name).toBe(name)
    expect(error.code).toBe(
      name
        .replace(/Error$/, '')
        .replaceAll(/(?<=.)[A-Z]/g, '_$&')
        .toLowerCase(),
    )
    expect(error.stack).toContain(error.message)
  })

  test('is an instance of its class and of no other', () => {
    for (const other of names) expect(isInstance(core, other, error), other).toBe(other === name)
    expect(core.JobsError.isInstance(error)).toBe(true)
  })

  test('is recognised across two installed copies of the package', async () => {
    vi.resetModules()
    const copy = await import('../src/index.ts')
    const foreign = make(name, copy)
    expect(foreign).not.toBeInstanceOf(core[name])
    expect(isInstance(core, name, foreign)).toBe(true)
    expect(isInstance(copy, name, error)).toBe(true)
    expect(core.JobsError.isInstance(foreign)).toBe(true)
    expect(names.filter((other) => isInstance(core, other, foreign))).toEqual([name])
  })

  test('is not what merely looks like it', () => {
    const { code, message } = error
    const lookAlikes = [
      { ...error, name, code, message, retryable: false, retryAfter: 5 },
      Object.assign(new Error(message), { name, code, retryable: false, retryAfter: 5 }),
      code,
      core[name],
      undefined,
      null,
      {},
    ]
    for (const one of lookAlikes) {
      expect(isInstance(core, name, one)).toBe(false)
      expect(core.JobsError.isInstance(one)).toBe(false)
    }
  })
})

test.each(names.filter((name) => !usersOwn.includes(name)))('%s says what failed, then what to do', (name) => {
  const { message } = make(name, core)
  const [failure, ...remedy] = message.split(/(?<=[.:?]) (?=[A-Z])/)
  expect(failure).toMatch(/\w{3}/)
  expect(remedy.join(' ')).toMatch(/\w{3}/)
  expect(message).not.toMatch(/undefined|\[object/)
})

test('a cause is kept', () => {
  for (const name of [
    'NonRetryableError',
    'NotSerializableError',
    'ProviderNotInstalledError',
    'RequestFailedError',
    'RetryAfterError',
    'SendFailedError',
  ] as const) {
    expect(make(name, core).cause).toBe(cause)
  }
})

test('the facts of an error are fields of it', () => {
  expect(make('PayloadInvalidError', core)).toMatchObject({ event: 'order.created', issues: facts.issues })
  expect(make('OutputTooLargeError', core)).toMatchObject({
    definitionId: 'process-order',
    bytes: 200_000,
    limitBytes: 122_880,
  })
  expect(make('PayloadTooLargeError', core)).toMatchObject({ bytes: 200_000, limitBytes: 122_880 })
  expect(make('JobNotRetryableError', core)).toMatchObject({ jobId: 'job_1', state: 'running' })
  expect(make('SendFailedError', core)).toMatchObject({ accepted: 'no' })
  expect(make('UnsupportedFeatureError', core)).toMatchObject({ feature: 'delay', provider: 'inngest' })
})

test('what to do after a failed send depends on whether the engine may have it', () => {
  const failed = (accepted: 'no' | 'maybe') => new core.SendFailedError({ ...facts, accepted }).message
  expect(failed('no')).toMatch(/you can send it again/)
  expect(failed('maybe')).toMatch(/only with an `idempotencyKey`/)
  const chosen = new core.SendFailedError({ ...facts, accepted: 'maybe', jobId: 'job_7' })
  expect(chosen).toMatchObject({ jobId: 'job_7', message: expect.stringContaining("getJobStatus('job_7')") as string })
  expect(new core.SendFailedError({ ...facts, accepted: 'no', jobId: 'job_7' })).not.toHaveProperty('jobId')
})

test('what to do about an unknown event depends on what it is the name of', () => {
  const message = (more: object) => new core.UnknownEventError({ event: 'send-receipt', ...more }).message
  expect(message({})).toMatch(/Declare it with `defineEvents\(\{ 'send-receipt': schema \}\)`/)
  expect(message({ nearest: 'email.send' })).toMatch(/Did you mean `email\.send`\? Declare/)
  expect(message({ handledByJob: 'order.refunded' })).toMatch(/is the id of a job: send the event .*`order\.refunded`/)
  expect(message({ handledByJob: 'order.refunded' })).not.toContain('defineEvents')
})

test('what to do with a job that cannot be retried depends on its state', () => {
  const message = (state: string) => new core.JobNotRetryableError({ jobId: 'job_1', state }).message
  for (const state of ['completed', 'cancelled', 'expired']) expect(message(state)).toMatch(/send the event again/)
  for (const state of ['scheduled', 'queued', 'running', 'retrying']) expect(message(state)).toMatch(/waitForJob/)
})

test('a subclass of what handlers throw is recognised, also with a code of its own', () => {
  class CardDeclinedError extends core.NonRetryableError {
    override readonly name = 'CardDeclinedError'
    override readonly code = 'card_declined'
  }
  class BusyError extends core.RetryAfterError {
    override readonly code = 'busy'
  }
  expect(core.NonRetryableError.isInstance(new CardDeclinedError('No.'))).toBe(true)
  expect(core.RetryAfterError.isInstance(new BusyError('Later.', 5))).toBe(true)
  expect(core.RetryAfterError.isInstance(new CardDeclinedError('No.'))).toBe(false)
  expect(new CardDeclinedError('No.')).toMatchObject({ name: 'CardDeclinedError', code: 'card_declined' })
})

test.each([-1, 'soon', Number.NaN, new Date(Number.NaN), undefined, null])(
  'a RetryAfterError cannot be after %s',
  (after) => {
    expect(() => new core.RetryAfterError('Later.', after as never)).toThrow(
      expect.objectContaining({ code: 'invalid_option', option: 'retryAfter' }),
    )
  },
)
