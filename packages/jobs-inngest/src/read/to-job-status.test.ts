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
/** Returns a recorded run of another function. */
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
  test('has the tenant and the time that the sender wrote', () => {
    expect(jobOf()).toEqual({
      id: event.internal_id,
      event: 'order.created',
      tenantId: 'acme',
      state: 'unhandled',
      createdAt: new Date(receivedAt - 100),
      endedAt: new Date(receivedAt - 100),
      runs: [],
    })
  })

  test('has the attempt of a cancelled run that its sender, whose clock is an hour ahead, calls due later', () => {
    const hourMs = 3_600_000
    const times = [{ startedAt: receivedAt + 2000, endedAt: receivedAt + 5000 }]
    const cancelled = { times, runs: [run('cancelledWhileRunning', 'a')] }
    const record = { v: 1, tenantId: 'acme', sentAt: receivedAt + hourMs, runAt: receivedAt + hourMs + 2000 }
    const at = (ts: number) => ({ ...event, ts, data: { tenantId: 'acme', _job: record } })
    expect(jobOf({ ...cancelled, event: at(receivedAt + 2000) }).runs).toMatchObject([{ attempts: 1 }])
    expect(jobOf({ ...cancelled, event: at(receivedAt + hourMs + 2000) }).runs).toMatchObject([{ attempts: 0 }])
  })

  test('from another producer has the tenant in its payload and the time of its event', () => {
    const foreign = { ...event, data: { tenantId: 'globex' } }
    const status = jobOf({ event: foreign })
    expect(status).toMatchObject({ tenantId: 'globex', createdAt: new Date(receivedAt) })
    expect(status).not.toHaveProperty('scheduledFor')
  })

  test('has the tenant in its payload, even if a forged record has another', () => {
    expect(jobOf({ record: { tenantId: 'globex' } }).tenantId).toBe('acme')
    const data = (payload: object) => ({ ...payload, _job: { v: 1, tenantId: 'globex', sentAt: receivedAt } })
    for (const payload of [{}, { tenantId: '' }, { tenantId: 7 }]) {
      expect(jobOf({ event: { ...event, data: data(payload) } }).tenantId).toBe('globex')
    }
  })

  test('starts with its first run and ends with its last', () => {
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

  test('keep the job queued or scheduled', () => {
    expect(jobOf({ subscribed })).toMatchObject({ state: 'queued', runs: [] })
    expect(jobOf({ subscribed })).not.toHaveProperty('endedAt')
    expect(jobOf({ subscribed, record: { runAt: now + 1 } }).state).toBe('scheduled')
    expect(jobOf({ subscribed, record: { runAt: now } }).state).toBe('queued')
  })

  test('are expected for five minutes, and lost after them, at the same time for every reader', () => {
    expect(jobOf({ subscribed, now: receivedAt + 300_000 })).toMatchObject({ state: 'queued', runs: [] })
    for (const readAt of [receivedAt + 300_001, receivedAt + 86_400_000]) {
      const { state, endedAt, runs } = jobOf({ subscribed, now: readAt })
      expect([state, endedAt!.getTime()]).toEqual(['failed', receivedAt + 300_000])
      const lost = { state: 'failed', attempts: 0, error: { name: 'JobLostError', code: 'job_lost' } }
      expect(runs).toMatchObject(subscribed.map(({ functionId }) => ({ ...lost, definitionId: functionId })))
      expect(new Set(runs.map(({ id }) => id)).size).toBe(runs.length)
    }
  })

  test('are lost at once if all apps were first synced after the event', () => {
    const late = subscribed.map((one) => ({ ...one, since: receivedAt + 10_000 }))
    expect(jobOf({ subscribed: late, now: receivedAt + 11_000 }).state).toBe('failed')
    expect(jobOf({ subscribed: [registered('b'), ...late], now: receivedAt + 11_000 }).state).toBe('queued')
  })

  test('are lost if a paused function skipped the event', () => {
    const paused = [registered('a', { isPaused: true })]
    expect(jobOf({ subscribed: paused, now: receivedAt + 300_001 }).state).toBe('failed')
  })

  test('have the app in their definition if another app has the same, as runs have', () => {
    const both = [registered('a'), registered('a', { appId: 'another' })]
    const { runs } = jobOf({ subscribed: both, now: receivedAt + 300_001 })
    expect(runs.map(({ definitionId }) => definitionId)).toEqual(['a', 'another:a'])
  })

  test('are not expected of an event whose id another producer chose: it may have run for another with this id', () => {
    const of = { ...event, id: 'order-1' }
    const status = toJobStatus({ event: of, runs: [], times: [], subscribed, appId: 'shop', now: receivedAt + 300_001 })
    expect(status).toMatchObject({ state: 'completed', runs: [] })
  })

  test('keep the job running for 30 seconds after the other runs', () => {
    for (const stage of ['completed', 'failed'] as const) {
      const runs = [run(stage, 'a')]
      expect(jobOf({ subscribed, runs, now: receivedAt + 30_000 }).state).toBe('running')
      expect(jobOf({ subscribed, runs, now: receivedAt + 30_001 }).state).toBe(stage)
    }
  })

  test('do not hide a cancel, because their functions can have been registered after the event', () => {
    const status = jobOf({ subscribed, runs: [run('cancelledWhileRunning', 'a')], now: receivedAt + 5000 })
    expect(status.state).toBe('cancelled')
    expect(status).toHaveProperty('endedAt')
  })

  test('are expected for ten seconds, only without other runs, if the functions are unknown', () => {
    const of = (facts: Parameters<typeof jobOf>[0]) => jobOf({ subscribed: undefined, ...facts }).state
    expect(of({ now: receivedAt + 10_000 })).toBe('queued')
    expect(of({ now: receivedAt + 10_000, record: { runAt: receivedAt + 60_000 } })).toBe('scheduled')
    expect(of({ now: receivedAt + 10_001 })).toBe('unhandled')
    expect(of({ now: receivedAt, runs: [run('completed', 'a')] })).toBe('completed')
    expect(jobOf({ subscribed: undefined, runs: [run('running', 'a')] }).runs[0]!.maxAttempts).toBe(1) // at least
  })

  test("are expected by the engine's clock, which set the time of the event", () => {
    const offsetMs = 60_000
    expect(jobOf({ subscribed, offsetMs, now: receivedAt + 300_000 - offsetMs }).state).toBe('queued')
    expect(jobOf({ subscribed, offsetMs, now: receivedAt + 300_001 - offsetMs }).state).toBe('failed')
  })

  test('are lost if the event has no time', () => {
    for (const received of [undefined, 'yesterday']) {
      const { received_at: _, ...rest } = event
      const of = received === undefined ? rest : { ...rest, received_at: received }
      const status = toJobStatus({ event: of, runs: [], times: [], subscribed, appId: 'shop', now })
      expect(status.state).toBe('failed')
    }
  })
})

describe('the runs of a job', () => {
  const runsOf = (runs: EngineRun[], more: Parameters<typeof jobOf>[0] = {}) => jobOf({ runs, ...more }).runs

  test('that retry another refer to the previous run of the same definition', () => {
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

  test('of the same function in two apps belong to two definitions and do not retry each other', () => {
    const runs = [run('failed', 'a', { id: 'one' }), run('completed', 'a', { id: 'other', app: { id: 'another' } })]
    expect(runsOf(runs).map(({ definitionId, retryOf }) => [definitionId, retryOf])).toEqual([
      ['a', undefined],
      ['another:a', undefined],
    ])
    expect(jobOf({ runs }).state).toBe('failed')
  })

  test('have the maximum attempts of their function, limited by the send', () => {
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
