import { describe, expect, test, vi } from 'vitest'

import * as errors from '../src/errors.ts'
import { NonRetryableError, RetryAfterError } from '../src/index.ts'

const core = { ...errors, NonRetryableError, RetryAfterError }

type Core = typeof core
type ErrorName = Exclude<Extract<keyof Core, `${string}Error`>, 'JobsError' | 'toError'>

/** The constructor arguments of all error classes. */
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
  limit: 1000,
  limitBytes: 122_880,
  attempts: 3,
  maxAttempts: 3,
  maxSteps: 1000,
  maxEvents: 9,
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
  runTimeoutMs: 5000,
  what: 'defineJob(`process-order`)',
}

const cause = new Error('the cause')

/** Creates the errors that need other arguments. */
const special: { readonly [Name in ErrorName]?: (classes: Core) => errors.JobsError } = {
  IncompatibleCopiesError: (c) => new c.IncompatibleCopiesError({ own: 'v1', other: 'v2' }),
  LeaseLostError: (c) => new c.LeaseLostError(),
  NonRetryableError: (c) => new c.NonRetryableError('The card was declined.', { cause }),
  NotSerializableError: (c) => new c.NotSerializableError(facts, { cause }),
  ProviderNotInstalledError: (c) => new c.ProviderNotInstalledError(facts, { cause }),
  RequestFailedError: (c) => new c.RequestFailedError(facts, { cause }),
  RetryAfterError: (c) => new c.RetryAfterError('The bank is busy.', '30s', { cause }),
  SendFailedError: (c) => new c.SendFailedError(facts, { cause }),
  ReturnedError: (c) => new c.ReturnedError({ message: 'The shop is busy.', output: { ok: false }, retryable: true }),
  ShutdownError: (c) => new c.ShutdownError(),
  SignalTokenInvalidError: (c) => new c.SignalTokenInvalidError({ reason: 'expired' }),
  StepFailedError: (c) => new c.StepFailedError({ ...facts, cause }),
  TooManyWaitingError: (c) => new c.TooManyWaitingError({ ...facts, option: 'perTenant' }),
  StoreError: (c) =>
    new c.StoreError({ ...facts, path: 'jobs.db', problem: 'full', description: 'cannot grow' }, { cause }),
}
const names = Object.keys(core).filter((name) => /(?<!^Jobs|^to)Error$/.test(name)) as ErrorName[]
const make = (name: ErrorName, classes: Core): errors.JobsError => {
  const Class = classes[name] as unknown as new (given: typeof facts) => errors.JobsError
  return special[name]?.(classes) ?? new Class(facts)
}

/** Errors that users throw with their own messages. */
const thrownByUsers: readonly ErrorName[] = ['NonRetryableError', 'RetryAfterError', 'ReturnedError']
const isInstance = (classes: Core, name: ErrorName, error: unknown): boolean => classes[name].isInstance(error)

test('every class has a unique code', () => {
  const codes = names.map((name) => make(name, core).code)
  expect(new Set(codes).size).toBe(codes.length)
  for (const code of codes) expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/)
})

describe.each(names)('%s', (name) => {
  const error = make(name, core)

  test('is an error with the name and the code of its class', () => {
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

  test('is an instance of its class only', () => {
    for (const other of names) expect(isInstance(core, other, error), other).toBe(other === name)
    expect(core.JobsError.isInstance(error)).toBe(true)
  })

  test('is recognized across two installed copies of the package', async () => {
    vi.resetModules()
    const copies = [await import('../src/errors.ts'), await import('../src/index.ts')] as const
    const copy: Core = { ...copies[0], ...copies[1] }
    const otherError = make(name, copy)
    expect(otherError).not.toBeInstanceOf(core[name])
    expect(isInstance(core, name, otherError)).toBe(true)
    expect(isInstance(copy, name, error)).toBe(true)
    expect(core.JobsError.isInstance(otherError)).toBe(true)
    expect(names.filter((other) => isInstance(core, other, otherError))).toEqual([name])
  })

  test('is not matched by similar objects', () => {
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

test.each(names.filter((name) => !thrownByUsers.includes(name)))('%s says what failed, then what to do', (name) => {
  const { message } = make(name, core)
  const [failure, ...remedy] = message.split(/(?<=[.:?]) (?=[A-Z])/)
  expect(failure).toMatch(/\w{3}/)
  expect(remedy.join(' ')).toMatch(/\w{3}/)
  expect(message).not.toMatch(/undefined|\[object/)
})

test.each(names.filter((name) => !thrownByUsers.includes(name)))(
  '%s quotes at most 100 characters of a value',
  (name) => {
    const long = 'x'.repeat(5000)
    const values = { event: long, feature: long, field: long, jobId: long, nearest: long, option: long, stepId: long }
    const paths = { path: `payload.${long}`, issues: [{ path: `payload.${long}`, message: 'must be a string' }] }
    const before = { ...facts }
    Object.assign(facts, values, paths, { tenantId: long, handledByJob: long })
    try {
      expect(make(name, core).message).not.toMatch(/x{101}/)
    } finally {
      Object.assign(facts, before, { handledByJob: undefined })
    }
  },
)

test('the cause is preserved', () => {
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

test('errors expose their details as fields', () => {
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

test('the message about an invalid payload is short, however many problems it has and whatever the schema says', () => {
  const issues = Array.from({ length: 100_000 }, (_, index) => ({
    path: `payload.items[${index}]`,
    message: `must be a number, not ${'x'.repeat(10_000)}`,
  }))
  const error = new core.PayloadInvalidError({ event: 'order.created', issues })
  expect(error.issues).toHaveLength(100_000)
  expect(error.message).toContain('`payload.items[19]`: must be a number')
  expect(error.message).toMatch(/\n {2}- 99980 more$/)
  expect(error.message.length).toBeLessThan(10_000)
})

test('the remedy of a failed send depends on whether the engine may have accepted it', () => {
  const failed = (accepted: 'no' | 'maybe') => new core.SendFailedError({ ...facts, accepted }).message
  expect(failed('no')).toMatch(/you can send it again/)
  expect(failed('maybe')).toMatch(/only with an `idempotencyKey`/)
  const chosen = new core.SendFailedError({ ...facts, accepted: 'maybe', jobId: 'job_7' })
  expect(chosen).toMatchObject({ jobId: 'job_7', message: expect.stringContaining("getJobStatus('job_7')") as string })
  expect(new core.SendFailedError({ ...facts, accepted: 'no', jobId: 'job_7' })).not.toHaveProperty('jobId')
})

test('the remedy for an unknown event depends on its name', () => {
  const message = (more: object) => new core.UnknownEventError({ event: 'send-receipt', ...more }).message
  expect(message({})).toMatch(/Declare it with `defineEvents\(\{ 'send-receipt': schema \}\)`/)
  expect(message({ nearest: 'email.send' })).toMatch(/Did you mean `email\.send`\? Declare/)
  expect(message({ handledByJob: 'order.refunded' })).toMatch(/is the id of a job: send the event .*`order\.refunded`/)
  expect(message({ handledByJob: 'order.refunded' })).not.toContain('defineEvents')
})

test('the remedy for a job that cannot be retried depends on its state', () => {
  const message = (state: string) => new core.JobNotRetryableError({ jobId: 'job_1', state }).message
  for (const state of ['completed', 'cancelled', 'expired']) expect(message(state)).toMatch(/send the event again/)
  expect(message('superseded')).toMatch(/`supersededBy`/)
  for (const state of ['scheduled', 'queued', 'running', 'retrying']) expect(message(state)).toMatch(/waitForJob/)
})

test('a subclass of an error for handlers is recognized, also with its own code', () => {
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
  'RetryAfterError rejects %s as the delay',
  (after) => {
    expect(() => new core.RetryAfterError('Later.', after as never)).toThrow(
      expect.objectContaining({ code: 'invalid_option', option: 'retryAfter' }),
    )
  },
)

test('an `AttemptsExhaustedError` of a single attempt speaks of one attempt', () => {
  const messageOf = (maxAttempts: number) =>
    new core.AttemptsExhaustedError({ definitionId: 'poison', maxAttempts }).message
  expect(messageOf(1)).toMatch(/^The only attempt of `poison` reported no result\./)
  expect(messageOf(2)).toMatch(/^All 2 attempts of `poison` are used up/)
})
