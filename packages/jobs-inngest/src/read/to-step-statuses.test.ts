import { describe, expect, test } from 'vitest'

import { type RecordedTrace, recordedTraces } from '../../test/fixtures/recorded-traces.ts'
import { sha1 } from '../wire/sha1.ts'
import { continuationName, remainderName } from '../wire/step-names.ts'
import { tracedSteps, type TraceSpan } from './run-trace.ts'
import { type StepFacts, toStepStatuses } from './to-step-statuses.ts'

const statusesOf = ({ children }: Pick<RecordedTrace, 'children'>, facts: Partial<StepFacts> = {}) =>
  toStepStatuses(tracedSteps({ children }), { isRunEnded: false, now: 0, ...facts })

describe('the steps of a failed run, as recorded from the real server', () => {
  const steps = statusesOf(recordedTraces.failed, { isRunEnded: true })
  const step = (id: string) => steps.find((each) => each.id === id)!

  test('are sorted by start, each once, with kind and state', () => {
    expect(steps.map(({ id, kind, state }) => [id, kind, state])).toEqual([
      ['charge', 'run', 'completed'],
      ['broken', 'run', 'failed'],
      ['nap', 'sleep', 'completed'],
      ['tell', 'sendEvent', 'completed'],
      ['child', 'runJob', 'completed'],
      ['failing', 'runJob', 'failed'],
      ['signal', 'waitForEvent', 'completed'],
      ['pack', 'run', 'completed'],
    ])
  })

  test('have their attempts, outputs and errors', () => {
    expect(step('charge')).toMatchObject({ attempts: 2, maxAttempts: 3, output: { id: 'c-1' } })
    expect(step('broken')).toMatchObject({ attempts: 1, maxAttempts: 1, error: { name: 'Error', message: 'no' } })
    expect(step('child').output).toBe(7)
    expect(step('failing').error).toMatchObject({ message: 'child broke', code: 'broke' })
    expect(step('signal').output).toBeNull()
    expect('error' in step('charge')).toBe(false)
  })

  test('have start and end', () => {
    for (const { startedAt, endedAt } of steps) expect(startedAt!.getTime()).toBeLessThanOrEqual(endedAt!.getTime())
    const { startedAt, endedAt } = step('nap')
    expect(endedAt!.getTime() - startedAt!.getTime()).toBeGreaterThanOrEqual(999)
  })

  test('have the state of their compensation', () => {
    expect(step('charge').compensation).toMatchObject({ state: 'completed', attempts: 1 })
    expect(step('pack').compensation).toMatchObject({ state: 'failed', attempts: 1, error: { message: 'glued' } })
    expect('compensation' in step('child')).toBe(false)
  })
})

describe('the steps of a running run, as recorded from the real server', () => {
  const now = Date.parse(recordedTraces.underWay.run.startedAt!) + 3000
  const of = (facts: Partial<StepFacts>) =>
    new Map(statusesOf(recordedTraces.underWay, facts).map((one) => [one.id, one]))

  test('have what they wait for, and until when', () => {
    const steps = of({ now })
    const signal = steps.get('signal')!
    expect(signal).toMatchObject({ state: 'waiting', waitsFor: { event: 'work.counted' } })
    expect(signal.waitsUntil!.getTime() - signal.startedAt!.getTime()).toBe(3_600_000)
    expect(steps.get('long')).toMatchObject({ kind: 'sleep', state: 'waiting', waitsUntil: expect.any(Date) })
    expect(steps.get('until')).toMatchObject({ kind: 'sleepUntil', state: 'waiting', waitsUntil: expect.any(Date) })
    expect(steps.get('child')).toMatchObject({
      kind: 'runJob',
      waitsFor: { jobId: expect.stringMatching(/^[0-9A-Z]{26}$/) },
    })
    expect('output' in steps.get('child')!).toBe(false)
  })

  test('are retrying until the next attempt is due, then running', () => {
    const flaky = of({ now }).get('flaky')!
    expect(flaky).toMatchObject({ state: 'retrying', attempts: 1, maxAttempts: 3, error: { message: 'busy' } })
    const later = of({ now: flaky.nextAttemptAt!.getTime() + 1 }).get('flaky')!
    expect(later).toMatchObject({ state: 'running', attempts: 2 })
  })

  test('are cancelled if the run has ended without them', () => {
    expect([...of({ isRunEnded: true, now }).values()].map(({ state }) => state)).toEqual(Array(5).fill('cancelled'))
  })
})

test("ignores an empty trace and the function's own spans", () => {
  expect(statusesOf({ children: [] })).toEqual([])
  expect(statusesOf({ children: [{ name: 'executor.nonstep', status: 'COMPLETED', output: { data: 1 } }] })).toEqual([])
})

test('reads a step that is not from this library as far as the trace allows', () => {
  const span: TraceSpan = {
    name: 'first',
    stepId: 'e0996a37c13d44c3b06074939d43fa3759bd32c1',
    stepOp: 'RUN',
    status: 'COMPLETED',
    startedAt: '2026-03-01T12:00:00Z',
    endedAt: '2026-03-01T12:00:01Z',
    output: { n: 1 },
  }
  expect(statusesOf({ children: [span] })).toMatchObject([
    { id: 'first', kind: 'run', state: 'completed', attempts: 1 },
  ])
})

describe('a wait of several native steps', () => {
  const at = (second: number): string => new Date(Date.parse('2026-03-01T12:00:00Z') + second * 1000).toISOString()
  const span = (id: string, name: string, more: Partial<TraceSpan>): TraceSpan => ({
    stepId: sha1(id),
    name,
    startedAt: at(0),
    ...more,
  })
  const over = (second: number) => ({ status: 'COMPLETED', startedAt: at(second - 1), endedAt: at(second) })

  test('continues while its last part is running', () => {
    const first = span('nap', 'nap · sleep 1500 ms', { stepOp: 'SLEEP', ...over(1) })
    expect(statusesOf({ children: [first] })).toMatchObject([{ id: 'nap', state: 'waiting' }])
    const rest = span(remainderName('nap').id, remainderName('nap').name, { stepOp: 'RUN', ...over(2) })
    expect(statusesOf({ children: [first, rest] })).toMatchObject([{ state: 'completed', endedAt: new Date(at(2)) }])
  })

  test('has the last event as its output if the first did not match', () => {
    const event = (id: string) => ({ name: 'work.counted', id, data: {}, ts: 1 })
    const waits = { stepOp: 'WAIT_FOR_EVENT' }
    const first = span('signal', 'signal · work.counted within 5000 ms', { ...waits, ...over(1), output: event('one') })
    const open: TraceSpan = span(continuationName('signal', 2).id, continuationName('signal', 2).name, {
      ...waits,
      status: 'WAITING',
    })
    expect(statusesOf({ children: [first, open] })).toMatchObject([{ state: 'waiting', waitsFor: {} }])
    const last = { ...open, ...over(2), output: event('two') }
    expect(statusesOf({ children: [first, last] })).toMatchObject([{ state: 'completed', output: { id: 'two' } }])
  })
})

describe('a step that is retried after a sleep, which Inngest records from the start of the sleep', () => {
  const at = (second: number): number => Date.parse('2026-03-01T12:00:00Z') + second * 1000
  const span = (from: number, to: number | undefined, more: Partial<TraceSpan>): TraceSpan => ({
    stepId: sha1('pack'),
    name: 'pack',
    stepOp: 'RUN',
    startedAt: new Date(at(from)).toISOString(),
    ...(to !== undefined && { endedAt: new Date(at(to)).toISOString() }),
    ...more,
  })
  const failed = (attempt: number, second: number): TraceSpan => {
    const cause = {
      attempt,
      maxAttempts: 3,
      startedAt: at(second),
      nextAttemptAt: at(second + 5),
      error: { name: 'E', message: 'm' },
    }
    return span(0, second, { status: 'FAILED', output: { name: 'E', message: 'm', cause } as object as never })
  }

  test('starts with its own first attempt', () => {
    const record = { v: 1, kind: 'run', attempts: 2, startedAt: at(15), endedAt: at(16) }
    const done = span(0, 16, { status: 'COMPLETED', output: record })
    expect(statusesOf({ children: [failed(1, 10), done] })).toMatchObject([
      { startedAt: new Date(at(10)), attempts: 2 },
    ])
    const running = statusesOf({ children: [failed(1, 10)] }, { now: at(20) })
    expect(running).toMatchObject([{ state: 'running', startedAt: new Date(at(10)) }])
    const again = { children: [failed(1, 10), failed(2, 15)] }
    expect(statusesOf(again, { now: at(16) })).toMatchObject([{ state: 'retrying', startedAt: new Date(at(10)) }])
  })

  test('starts with its attempt if there was only one', () => {
    const record = { v: 1, kind: 'run', attempts: 1, startedAt: at(10), endedAt: at(11) }
    const done = span(0, 11, { status: 'COMPLETED', output: record })
    expect(statusesOf({ children: [done] })).toMatchObject([{ startedAt: new Date(at(10)) }])
  })
})

test("sorts steps by the engine's clock, not the app's", () => {
  const of = (id: string, second: number, startedAt: number): TraceSpan => ({
    stepId: sha1(id),
    name: id,
    stepOp: 'RUN',
    status: 'COMPLETED',
    startedAt: new Date(1e12 + second * 1000).toISOString(),
    output: { v: 1, kind: 'run', attempts: 1, startedAt, endedAt: startedAt },
  })
  const steps = statusesOf({ children: [of('one', 1, 9e11), of('two', 2, 1e11)] })
  expect(steps.map(({ id }) => id)).toEqual(['one', 'two'])
})
