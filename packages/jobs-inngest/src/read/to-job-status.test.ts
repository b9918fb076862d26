import { describe, expect, test } from 'vitest'

import { recordedRuns, type RecordedStage } from '../../test/fixtures/recorded.ts'
import type { EngineEvent, EngineRun } from '../api/engine-shapes.ts'
import type { RunTimes } from './run-times.ts'
import type { RegisteredFunction } from './subscriptions.ts'
import { type JobFacts, toJobStatus } from './to-job-status.ts'

const receivedAt = Date.parse('2026-11-25T15:40:00Z')
const now = receivedAt + 10_000
const event: EngineEvent = {
  internal_id: '01M89NS4WG6G8H65WJD6QKMDS3',
  name: 'order.created',
  data: { tenantId: 'acme', orderId: 'order_1', _job: { v: 1, tenantId: 'acme', sentAt: receivedAt - 100 } },
  ts: receivedAt,
  received_at: '2026-11-25T15:40:00Z',
}
const registered = (functionId: string, more: Partial<RegisteredFunction> = {}): RegisteredFunction => ({
  appId: 'shop',
  functionId,
  events: ['order.created'],
  maxAttempts: 3,
  ...more,
})
/** A run as it was recorded, of another function. */
const run = (stage: RecordedStage, functionId: string, more: Partial<EngineRun> = {}): EngineRun => ({
  ...recordedRuns[stage],
  id: `run-of-${functionId}`,
  app: { id: 'shop' },
  function: { id: functionId },
  ...more,
})

function jobOf(facts: Partial<JobFacts> & { readonly record?: object } = {}) {
  const { record, runs = [], ...more } = facts
  const times: RunTimes[] = runs.map(() => ({}))
  const data = { tenantId: 'acme', _job: { v: 1, tenantId: 'acme', sentAt: receivedAt - 100, ...record } }
  return toJobStatus({ event: { ...event, data }, runs, times, subscribed: [], appId: 'shop', now, ...more })
}

describe('a job', () => {
  test('is its event, with the tenant and the instant that the sender wrote', () => {
    expect(jobOf()).toEqual({
      id: event.internal_id,
      event: 'order.created',
      tenantId: 'acme',
      state: 'completed',
      createdAt: new Date(receivedAt - 100),
      endedAt: new Date(receivedAt - 100),
      runs: [],
    })
  })

  test('of another producer has the tenant in its payload and the time of its event', () => {
    const foreign = { ...event, data: { tenantId: 'globex' } }
    const status = jobOf({ event: foreign })
    expect(status).toMatchObject({ tenantId: 'globex', createdAt: new Date(receivedAt) })
    expect(status).not.toHaveProperty('scheduledFor')
  })

  test('is of the tenant in its payload, whatever a record says that somebody else wrote', () => {
    expect(jobOf({ record: { tenantId: 'globex' } }).tenantId).toBe('acme')
    const data = (payload: object) => ({ ...payload, _job: { v: 1, tenantId: 'globex', sentAt: receivedAt } })
    for (const payload of [{}, { tenantId: '' }, { tenantId: 7 }]) {
      expect(jobOf({ event: { ...event, data: data(payload) } }).tenantId).toBe('globex')
    }
  })

  test('began with its first run and ended with its last', () => {
    const runs = [run('completed', 'a'), run('completed', 'b'), run('completed', 'c')]
    const times = [
      { startedAt: now - 50, endedAt: now - 20 },
      { startedAt: now - 60, endedAt: now - 10 },
      { startedAt: now - 55, endedAt: now - 30 },
    ]
    expect(jobOf({ runs, times })).toMatchObject({ startedAt: new Date(now - 60), endedAt: new Date(now - 10) })
  })
})

describe('runs that are not visible yet', () => {
  const subscribed = [registered('a'), registered('b')]

  test('are waited for: the job is queued, or scheduled, though nothing of it is there', () => {
    expect(jobOf({ subscribed })).toMatchObject({ state: 'queued', runs: [] })
    expect(jobOf({ subscribed })).not.toHaveProperty('endedAt')
    expect(jobOf({ subscribed, record: { runAt: now + 1 } }).state).toBe('scheduled')
    expect(jobOf({ subscribed, record: { runAt: now } }).state).toBe('queued')
  })

  test('are waited for five minutes; then their functions were registered later than the event came', () => {
    expect(jobOf({ subscribed, now: receivedAt + 300_000 }).state).toBe('queued')
    expect(jobOf({ subscribed, now: receivedAt + 300_001 }).state).toBe('completed')
  })

  test('of some functions keep the job running half a minute, whatever became of the others', () => {
    for (const stage of ['completed', 'failed'] as const) {
      const runs = [run(stage, 'a')]
      expect(jobOf({ subscribed, runs, now: receivedAt + 30_000 }).state).toBe('running')
      expect(jobOf({ subscribed, runs, now: receivedAt + 30_001 }).state).toBe(stage)
    }
  })

  test('do not compensate a cancel: their functions may have been registered after the event came', () => {
    const status = jobOf({ subscribed, runs: [run('cancelledWhileRunning', 'a')], now: receivedAt + 5000 })
    expect(status.state).toBe('cancelled')
    expect(status).toHaveProperty('endedAt')
  })

  test('are waited for ten seconds, and only while there are none, where nobody tells which functions there are', () => {
    const of = (facts: Parameters<typeof jobOf>[0]) => jobOf({ subscribed: undefined, ...facts }).state
    expect(of({ now: receivedAt + 10_000 })).toBe('queued')
    expect(of({ now: receivedAt + 10_000, record: { runAt: receivedAt + 60_000 } })).toBe('scheduled')
    expect(of({ now: receivedAt + 10_001 })).toBe('completed')
    expect(of({ now: receivedAt, runs: [run('completed', 'a')] })).toBe('completed')
    expect(jobOf({ subscribed: undefined, runs: [run('running', 'a')] }).runs[0]!.maxAttempts).toBe(1) // at least
  })

  test('are waited for by the clock of the engine, which told when the event came', () => {
    const offsetMs = 60_000
    expect(jobOf({ subscribed, offsetMs, now: receivedAt + 300_000 - offsetMs }).state).toBe('queued')
    expect(jobOf({ subscribed, offsetMs, now: receivedAt + 300_001 - offsetMs }).state).toBe('completed')
  })

  test('are not waited for where the event does not tell when it came', () => {
    for (const received of [undefined, 'yesterday']) {
      const { received_at: _, ...rest } = event
      const of = received === undefined ? rest : { ...rest, received_at: received }
      const status = toJobStatus({ event: of, runs: [], times: [], subscribed, appId: 'shop', now })
      expect(status.state).toBe('completed')
    }
  })
})

describe('the runs of a job', () => {
  const runsOf = (runs: EngineRun[], more: Parameters<typeof jobOf>[0] = {}) => jobOf({ runs, ...more }).runs

  test('that were made to retry another name the one just before of the same definition', () => {
    const runs = [
      run('failed', 'a', { id: 'a1' }),
      run('failed', 'b', { id: 'b1' }),
      run('failed', 'a', { id: 'a2' }),
      run('completed', 'a', { id: 'a3' }),
    ]
    expect(runsOf(runs).map(({ id, retryOf }) => [id, retryOf])).toEqual([
      ['a1', undefined],
      ['b1', undefined],
      ['a2', 'a1'],
      ['a3', 'a2'],
    ])
  })

  test('of the same function in two apps are of two definitions, of which neither retries the other', () => {
    const runs = [run('failed', 'a', { id: 'one' }), run('completed', 'a', { id: 'other', app: { id: 'another' } })]
    expect(runsOf(runs).map(({ definitionId, retryOf }) => [definitionId, retryOf])).toEqual([
      ['a', undefined],
      ['another/a', undefined],
    ])
    expect(jobOf({ runs }).state).toBe('failed')
  })

  test('may have as many attempts as their function is registered with, and no more than the send asked for', () => {
    const subscribed = [registered('a'), registered('a', { appId: 'another', maxAttempts: 8 })]
    const most = (more: Parameters<typeof jobOf>[0]) => runsOf([run('running', 'a')], more)[0]!.maxAttempts
    expect(most({ subscribed })).toBe(3)
    expect(most({ subscribed, record: { maxAttempts: 2 } })).toBe(2)
    expect(most({ subscribed, record: { maxAttempts: 4 } })).toBe(3)
    expect(most({ subscribed: [registered('a', { maxAttempts: undefined })] })).toBe(1)
    expect(most({})).toBe(1) // at least those that there were
    expect(most({ record: { maxAttempts: 4 } })).toBe(4)
  })
})
