import { describe, expect, test } from 'vitest'

import { createAttemptKit, orderEnvelope, orderJob } from '../../test/kit/attempt-kit.ts'
import { createFakeProvider, type FakeProviderOptions, jobStatus } from '../../test/kit/fake-provider.ts'
import { createManualClock } from '../../test/kit/manual-clock.ts'
import { createMemoryLogger } from '../../test/kit/memory-logger.ts'
import { createClient } from '../client/create-client.ts'
import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import { createDefaultLogger } from '../logging/default-logger.ts'
import type { Activity, AttemptActivity, Instrumentation, SendActivity } from './instrumentation.ts'

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
const order = { tenantId: 'acme', orderId: 'order_1' }

function activity<End>(end: (end: End) => void = () => undefined): Activity<End> {
  return { run: (code) => code(), end }
}

function setUp(instrument: Instrumentation, provider: FakeProviderOptions = {}) {
  const fake = createFakeProvider(provider)
  const { logger, lines } = createMemoryLogger()
  const options = { jobs: [], clock: createManualClock(), instrument, logger }
  return { client: createClient({ load: () => fake }, options), fake, lines }
}

describe('an observed send', () => {
  test('gives each envelope its trace and ends with the results', async () => {
    const ended: unknown[] = []
    const { client, fake } = setUp({
      startSend: ({ envelopes, provider, isBatch }) => ({
        ...activity((results) => ended.push([provider, isBatch, results])),
        traces: envelopes.map(() => ({ traceparent, tracestate: 'a=1', baggage: 'b=2' })),
      }),
    })
    const { id } = await client.sendJob('order.created', order)
    expect(fake.sent[0]).toMatchObject({ traceparent, tracestate: 'a=1', baggage: 'b=2' })
    expect(ended).toEqual([['fake', false, [{ ok: true, id, deduplicated: false }]]])
  })

  test('drops trace fields that are not valid, and keeps the own `traceparent`', async () => {
    const traces = [{ traceparent: 'x'.repeat(9000), tracestate: 'a=1', baggage: 'b=2' }]
    const { client, fake } = setUp({ startSend: () => ({ ...activity(), traces }) })
    await client.sendJob('order.created', order, { traceparent })
    expect(fake.sent[0]).toMatchObject({ traceparent })
    expect(fake.sent[0]).not.toHaveProperty('tracestate')
    expect(fake.sent[0]).not.toHaveProperty('baggage')
  })

  test('ends with the errors if the provider throws', async () => {
    const ended: unknown[] = []
    const start = (): SendActivity => ({ ...activity((results) => ended.push(results)), traces: [] })
    const { client, fake } = setUp({ startSend: start })
    fake.send = () => Promise.reject(new Error('The network is down.'))
    await expect(client.sendJob('order.created', order)).rejects.toMatchObject({ code: 'send_failed' })
    expect(ended).toEqual([[{ ok: false, error: expect.objectContaining({ code: 'send_failed' }) }]])
  })
})

const fault = (): never => {
  throw new Error('The SDK is broken.')
}
/** A method that should not be asynchronous. */
const rejecting = (): never => Promise.reject(new Error('The SDK is broken.')) as never

describe('an instrumentation that throws', () => {
  test.each<[name: string, startSend: NonNullable<Instrumentation['startSend']>]>([
    ['at the start', fault],
    ['in `run`', () => ({ run: fault, end: () => undefined, traces: [] })],
    ['in `end`', () => ({ ...activity(fault), traces: [] })],
    ['at the start, as a rejection,', rejecting],
    ['in `run`, as a rejection,', () => ({ run: rejecting, end: () => undefined, traces: [] })],
    ['in `end`, as a rejection,', () => ({ ...activity(rejecting), traces: [] })],
    ['in `traces`', () => Object.defineProperty(activity(), 'traces', { get: fault }) as SendActivity],
  ])('%s of a send affects no send, and is logged once', async (_name, startSend) => {
    const { client, fake, lines } = setUp({ startSend })
    await client.sendJob('order.created', order)
    await client.sendJob('order.created', order)
    expect(fake.sent).toHaveLength(2)
    expect(lines.filter(({ message }) => message.includes('The instrumentation threw in `startSend`'))).toHaveLength(1)
  })

  test.each<[name: string, start: () => AttemptActivity]>([
    ['at the start', fault],
    ['in `run`', () => ({ run: fault, end: () => undefined })],
    ['in `run` after the code', () => ({ run: (code) => [code(), fault()], end: () => undefined })],
    ['in `end`', () => activity(fault)],
    ['at the start, as a rejection,', rejecting],
    ['in `end`, as a rejection,', () => activity(rejecting)],
  ])('%s of an attempt affects no attempt, and is logged once', async (_name, startAttempt) => {
    const kit = createAttemptKit()
    let calls = 0
    const definition = orderJob(() => ({ calls: ++calls }))
    const instrument = { startAttempt }
    expect(await kit.run(definition, orderEnvelope(), { instrument })).toEqual({
      type: 'completed',
      output: { calls: 1 },
    })
    await kit.run(definition, orderEnvelope(), { instrument })
    expect(calls).toBe(2)
    expect(kit.lines.filter(({ message }) => message.includes('threw in `startAttempt`'))).toHaveLength(1)
  })

  test('in `run` does not hide the error of the code, and one that calls the code twice runs it once', async () => {
    const kit = createAttemptKit()
    let calls = 0
    const definition = orderJob(() => {
      calls++
      throw new TypeError('The order is lost.')
    })
    const twice = (code: () => void): void => {
      code()
      code()
    }
    const instrument: Instrumentation = { startAttempt: () => ({ run: twice, end: () => undefined }) }
    const outcome = await kit.run(definition, orderEnvelope(), { instrument })
    expect(outcome).toMatchObject({ type: 'retry', error: { name: 'TypeError', message: 'The order is lost.' } })
    expect(calls).toBe(1)
  })
})

test('a fault in the activity of a cancel or a retry affects neither, and is logged', async () => {
  const startSettle = () => ({
    ...activity(),
    get traceparent(): string {
      return fault()
    },
  })
  const { client, fake, lines } = setUp({ startSettle })
  fake.jobs.set('job_1', jobStatus())
  await client.cancelJob('job_1')
  expect(lines.filter(({ message }) => message.includes('threw in `startSettle`'))).toHaveLength(1)
})

test('an instrumentation that is not enabled, or throws in `isEnabled`, is not called', async () => {
  for (const isEnabled of [() => false, fault]) {
    const { client, fake, lines } = setUp({ isEnabled, startSend: fault, startSettle: fault, startAttempt: fault })
    await client.sendJob('order.created', order)
    expect(fake.sent).toHaveLength(1)
    fake.jobs.set('job_1', jobStatus())
    await client.cancelJob('job_1')
    const kit = createAttemptKit()
    const outcome = await kit.run(
      orderJob(() => 1),
      orderEnvelope(),
      { instrument: { isEnabled, startAttempt: fault } },
    )
    expect(outcome).toEqual({ type: 'completed', output: 1 })
    expect([...lines, ...kit.lines].filter(({ level }) => level === 'error')).toEqual([])
  }
})

describe('the option `instrument`', () => {
  test.each<[name: string, instrument: unknown, problem: string]>([
    ['a function', () => undefined, '`instrument` is a function'],
    ['with a method that is none', { startSend: true }, '`instrument.startSend` is a boolean'],
  ])('refuses %s', (_name, instrument, problem) => {
    const create = () => setUp(instrument as Instrumentation)
    expect(create).toThrow(InvalidOptionError)
    expect(create).toThrow(problem)
  })
})

describe('the default logger', () => {
  test('adds the fields of `fields` to every line, behind those of the line, and writes the line if it throws', () => {
    const lines: unknown[] = []
    const write = (_level: string, line: string): void => void lines.push(JSON.parse(line))
    const fields = () => ({ trace_id: 'abc', jobId: 'other' })
    createDefaultLogger({ readable: false, write, fields }).info('Began.', { jobId: 'job_1' })
    createDefaultLogger({ readable: false, write, fields: fault }).info('Began.')
    expect(lines).toEqual([
      expect.objectContaining({ message: 'Began.', trace_id: 'abc', jobId: 'job_1' }),
      expect.objectContaining({ message: 'Began.' }),
    ])
  })
})
