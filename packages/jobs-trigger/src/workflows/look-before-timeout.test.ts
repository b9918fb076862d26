import { createWorkflowRecord, type StepRecord } from '@cgk-platform/jobs-core/provider'
import { expect, test } from 'vitest'

import type { EngineRun } from '../api/engine-shapes.ts'
import { envelopeOf } from '../../test/kit/envelope-of.ts'
import { createFakeApi } from '../../test/kit/fake-api.ts'
import { createFakeClock } from '../../test/kit/fake-clock.ts'
import { createFakeTokens } from '../../test/kit/fake-tokens.ts'
import { fakeRun } from '../../test/kit/fake-run.ts'
import { jobsTag, jobsTagOf } from '../wire/tags.ts'
import { encodeTokenEvent } from '../wire/wait-keys.ts'
import { listLagMs } from './find-late-event.ts'
import { lookBeforeTimeout } from './look-before-timeout.ts'

const waitMs = 10_000
const tenantId = 'acme'

/** A run of an event. Times are milliseconds since the begin of the wait. */
interface SentEvent extends Partial<Omit<EngineRun, 'createdAt' | 'finishedAt' | 'delayedUntil'>> {
  readonly id: string
  /** When the server received it. */
  readonly at?: number
  /** When it was sent, by the clock of its sender. */
  readonly sentAt?: number
  readonly dueAt?: number
  readonly finishedAt?: number
  readonly number?: number
  readonly tenantId?: string
}

function open(events: readonly SentEvent[] = [], { match = false, pageSize = 100 } = {}) {
  const clock = createFakeClock()
  const start = clock.now()
  const toRun = ({ at = 5000, sentAt = at, dueAt, finishedAt, number = 1, ...more }: SentEvent): Partial<EngineRun> => {
    const own = more.tenantId ?? tenantId
    const payload = { tenantId: own, number }
    return fakeRun({
      taskIdentifier: 'event-work__followed',
      status: 'QUEUED',
      tags: [jobsTag, jobsTagOf(tenantId)],
      createdAt: new Date(start + at),
      payload: { envelope: envelopeOf({ event: 'work.followed', tenantId: own, payload, sentAt: start + sentAt }) },
      ...(dueAt !== undefined && { delayedUntil: new Date(start + dueAt) }),
      ...(finishedAt !== undefined && { finishedAt: new Date(start + finishedAt) }),
      ...more,
    })
  }
  const api = createFakeApi(events.map(toRun), {
    list({ status, from, to, after = '0' }) {
      const statuses = [status ?? []].flat()
      const runs = [...api.runs.values()]
        .filter((run) => statuses.includes(run.status) && run.createdAt >= from! && run.createdAt <= to!)
        .toSorted((one, other) => other.createdAt.getTime() - one.createdAt.getTime())
      const end = Number(after) + pageSize
      return { runs: runs.slice(Number(after), end), ...(end < runs.length && { next: String(end) }) }
    },
  })
  Object.assign(api, { tokens: createFakeTokens(clock.now) })
  const record = createWorkflowRecord('run_1', undefined)
  const step: StepRecord = {
    key: 'answer',
    kind: 'waitForEvent',
    state: 'waiting',
    attempts: 0,
    startedAt: start,
    until: start + waitMs,
    event: 'work.followed',
    ...(match && { match: { number: 1 } }),
  }
  record.steps.push(step)
  const checked: string[] = []
  const store = { record, checkResult: ({ key }: StepRecord) => void checked.push(key) }
  /** Ends the token as the server does, and looks for an event. */
  const look = async (ends: 'timed out' | 'waiting' = 'timed out') => {
    step.handle ??= await api.tokens.create('', { timeoutMs: waitMs, tags: [], idempotencyKey: 'answer' })
    const pass = waitMs + (ends === 'waiting' ? 0 : listLagMs)
    await clock.finish(new Promise<void>((resolve) => void clock.setTimer(pass, resolve)))
    if (ends === 'timed out')
      Object.assign(api.tokens.all[0]!, { status: 'TIMED_OUT', completedAt: new Date(clock.now()) })
    const { signal } = new AbortController()
    await clock.finish(lookBeforeTimeout(step, store, { api, clock, tenantId, signal }))
    return (step.output as { id?: string } | undefined)?.id
  }
  const reads = () => api.requests.filter((request) => request.startsWith('retrieve'))
  const lists = () => api.requests.filter((request) => request.startsWith('list')).length
  return { clock, start, api, record, step, look, checked, reads, lists }
}

test('finds nothing with two lists if no event was sent', async () => {
  const { look, step, lists, reads } = open()
  expect(await look()).toBeUndefined()
  expect([step.state, lists(), reads()]).toEqual(['waiting', 2, []])
})

const counts: [string, Omit<SentEvent, 'id'>][] = [
  ['whose run is queued', {}],
  ['whose definition has no worker', { status: 'PENDING_VERSION' }],
  ['whose run has just begun', { status: 'EXECUTING' }],
  ['whose run began after the timeout and has ended', { status: 'COMPLETED', finishedAt: waitMs + listLagMs }],
  ['whose run began after the timeout and has failed', { status: 'FAILED', finishedAt: waitMs + listLagMs }],
  ['sent in time by the clocks of sender and worker', { at: waitMs + 4000, sentAt: waitMs }],
  ['sent in time by the clock of the server', { at: waitMs, sentAt: waitMs + 90_000 }],
  ['that was delayed, and due in time', { status: 'QUEUED', dueAt: waitMs }],
  ['that is about to be queued', { status: 'DELAYED', dueAt: waitMs }],
]
test.each(counts)('resolves the wait with an event %s', async (_, event) => {
  const { look, step, start, checked } = open([{ id: 'run_a', ...event }])
  expect(await look()).toBe('run_a')
  const { at = 5000, sentAt = at } = event
  expect(step).toMatchObject({
    state: 'completed',
    output: { payload: { tenantId, number: 1 }, sentAt: start + sentAt },
  })
  expect(checked).toEqual(['answer'])
})

const ignored: [string, Omit<SentEvent, 'id'>][] = [
  ['of another tenant with the same tag', { tenantId: 'globex' }],
  ['for another value', { number: 2 }],
  ['sent before the wait', { at: -1 }],
  ['sent after the wait', { at: waitMs + 1 }],
  ['that is due after the wait', { status: 'DELAYED', dueAt: waitMs + 1 }],
  ['that was cancelled', { status: 'CANCELED' }],
  ['whose run ended before the timeout', { status: 'COMPLETED', finishedAt: waitMs }],
  [
    'that is a manual retry',
    { payload: { envelope: envelopeOf({ event: 'work.followed' }), retry: { jobId: 'run_0', runs: {} } } },
  ],
]
test.each(ignored)('ignores an event %s', async (_, event) => {
  const { look, step } = open([{ id: 'run_a', ...event }], { match: true })
  expect(await look()).toBeUndefined()
  expect(step.state).toBe('waiting')
})

test('resolves the wait with the earliest of several pages of events, and reads no others', async () => {
  const events = Array.from({ length: 7 }, (_, index) => ({ id: `run_${index}`, at: 1000 + index }))
  const { look, reads, lists } = open([...events, { id: 'run_delayed', at: 1, dueAt: 9000 }], { pageSize: 3 })
  expect(await look()).toBe('run_0')
  expect([lists(), reads()]).toEqual([4, ['retrieve run_0']])
})

test('reads the events of a wait with a match in order, ten at a time', async () => {
  const events = Array.from({ length: 30 }, (_, index) => ({
    id: `run_${index}`,
    at: index,
    number: index < 12 ? 2 : 1,
  }))
  const { look, reads } = open(events, { match: true })
  expect(await look()).toBe('run_12')
  expect(reads()).toHaveLength(20)
})

test.each([
  ['its send', { tenantId, at: -1 }],
  ['its tenant', { tenantId: 'globex', at: 5000 }],
])('does not read the run of an event whose record tells that %s does not fit', async (_, { at, ...sent }) => {
  const { start } = open()
  const { look, reads } = open([{ id: 'run_a', at: -1, metadata: { jobSent: { ...sent, at: start + at } } }])
  expect(await look()).toBeUndefined()
  expect(reads()).toEqual([])
})

test('stops at a page of runs that ended before the timeout', async () => {
  const before = Array.from({ length: 30 }, (_, index) => ({
    id: `run_${index}`,
    at: index,
    status: 'COMPLETED' as const,
    finishedAt: 9000,
  }))
  const { look, lists } = open(before, { pageSize: 10 })
  expect(await look()).toBeUndefined()
  expect(lists()).toBe(2)
})

test('takes the event that has completed the token, even if an earlier one is late', async () => {
  const { look, step, start, api } = open([{ id: 'run_a' }])
  step.handle = await api.tokens.create('', { timeoutMs: waitMs, tags: [], idempotencyKey: 'answer' })
  const event = { id: 'run_b', event: 'work.followed', payload: { tenantId }, sentAt: start + 6000 }
  await api.tokens.complete('', step.handle, encodeTokenEvent(event))
  expect([await look('waiting'), api.requests]).toEqual(['run_b', []])
})

test('reads a token that still waits again: an event may have completed it during the look', async () => {
  const { look, step, start, api } = open()
  const { list } = api
  Object.assign(api, {
    async list(...args: Parameters<typeof list>) {
      const event = { id: 'run_b', event: 'work.followed', payload: { tenantId }, sentAt: start + 6000 }
      await api.tokens.complete('', step.handle!, encodeTokenEvent(event))
      return list(...args)
    },
  })
  expect(await look('waiting')).toBe('run_b')
})

test('looks once the list shows what was sent before the timeout', async () => {
  const { look, clock, start, api } = open()
  const { list } = api
  const listedAt: number[] = []
  Object.assign(api, {
    async list(...args: Parameters<typeof list>) {
      listedAt.push(clock.now() - start)
      return list(...args)
    },
  })
  await look('waiting')
  expect(listedAt).toEqual([waitMs + listLagMs])
})

test('does not deliver an event twice that an earlier wait got, although the clocks differ', async () => {
  const { look, record, step, start } = open([{ id: 'run_a', at: 100 }])
  const output = { id: 'run_a', payload: {}, sentAt: start }
  record.steps.unshift({
    ...step,
    key: 'first',
    state: 'completed',
    startedAt: start - 5,
    endedAt: start,
    output,
  } as StepRecord)
  expect(await look()).toBeUndefined()
  expect(step.state).toBe('waiting')
})

test('does not look for a step without a token', async () => {
  const { step, api, clock, record } = open()
  const { signal } = new AbortController()
  const store = { record, checkResult: () => undefined }
  await lookBeforeTimeout({ ...step, state: 'completed' }, store, { api, clock, tenantId, signal })
  expect([api.requests, api.tokens.requests]).toEqual([[], []])
})
