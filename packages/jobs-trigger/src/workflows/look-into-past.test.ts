import { createWorkflowRecord, type StepRecord } from '@cgk-platform/jobs-core/provider'
import { expect, test } from 'vitest'

import type { EngineRun } from '../api/engine-shapes.ts'
import { envelopeOf } from '../../test/kit/envelope-of.ts'
import { createFakeApi } from '../../test/kit/fake-api.ts'
import { createFakeClock } from '../../test/kit/fake-clock.ts'
import { createFakeTokens } from '../../test/kit/fake-tokens.ts'
import { fakeRun } from '../../test/kit/fake-run.ts'
import { sentMetadata } from '../wire/sent-record.ts'
import { jobsTag, jobsTagOf } from '../wire/tags.ts'
import { listLagMs, maxPastEvents } from './find-late-event.ts'
import { encodeTokenEvent } from '../wire/wait-keys.ts'
import { lookIntoPast } from './look-into-past.ts'
import { resolveWaits } from './resolve-waits.ts'

const tenantId = 'acme'
const sinceMs = -60_000

/** The run of an event. Times are milliseconds since the begin of the wait. */
interface SentEvent extends Partial<Omit<EngineRun, 'createdAt' | 'delayedUntil'>> {
  readonly id: string
  readonly at: number
  readonly dueAt?: number
  readonly number?: number
  readonly tenantId?: string
}

/** Opens a wait with `since` whose token was just created. */
async function open(events: readonly SentEvent[] = [], more: Partial<StepRecord> = {}) {
  const clock = createFakeClock()
  const start = clock.now()
  const toRun = ({ at, dueAt, number = 1, ...rest }: SentEvent): EngineRun => {
    const own = rest.tenantId ?? tenantId
    const payload = { tenantId: own, number }
    return fakeRun({
      taskIdentifier: 'event-work__followed',
      status: 'COMPLETED',
      tags: [jobsTag, jobsTagOf(tenantId)],
      createdAt: new Date(start + at),
      metadata: { jobSent: { tenantId: own, at: start + at } },
      payload: { envelope: envelopeOf({ event: 'work.followed', tenantId: own, payload, sentAt: start + at }) },
      ...(dueAt !== undefined && { delayedUntil: new Date(start + dueAt) }),
      ...rest,
    })
  }
  const lists: number[] = []
  const api = createFakeApi(events.map(toRun), {
    list({ status, from, after = '0', limit = 100 }) {
      lists.push(clock.now() - start)
      const runs = [...api.runs.values()]
        .filter((run) => [status].flat().includes(run.status) && run.createdAt >= from!)
        .toSorted((one, other) => other.createdAt.getTime() - one.createdAt.getTime())
      const end = Number(after) + limit
      return { runs: runs.slice(Number(after), end), ...(end < runs.length && { next: String(end) }) }
    },
  })
  Object.assign(api, { tokens: createFakeTokens(clock.now) })
  const step: StepRecord = {
    key: 'answer',
    kind: 'waitForEvent',
    state: 'waiting',
    attempts: 0,
    startedAt: start,
    until: start + 600_000,
    event: 'work.followed',
    since: start + sinceMs,
    ownJobId: 'run_own',
    handle: await api.tokens.create('', { timeoutMs: 600_000, tags: [], idempotencyKey: 'answer' }),
    ...more,
  }
  const record = createWorkflowRecord('run_1', undefined)
  record.steps.push(step)
  const { signal } = new AbortController()
  const store = { record, checkResult: () => undefined }
  const look = async () => {
    await clock.finish(lookIntoPast(step, store, { api, clock, tenantId, signal }))
    return (step.output as { id?: string } | undefined)?.id
  }
  const reads = () => api.requests.filter((request) => request.startsWith('retrieve'))
  const add = (event: SentEvent) => api.runs.set(event.id, toRun(event))
  return { api, clock, start, step, record, look, lists, reads, add }
}

test('resolves the wait with the earliest event, whose payload alone it reads, and completes the token', async () => {
  const { look, lists, reads, api } = await open([
    { id: 'run_b', at: -5000 },
    { id: 'run_a', at: -9000, status: 'QUEUED' },
    { id: 'run_before', at: sinceMs - 1 },
  ])
  expect(await look()).toBe('run_a')
  expect([lists, reads()]).toEqual([[0], ['retrieve run_a']])
  expect(api.tokens.all).toMatchObject([{ status: 'COMPLETED', output: expect.stringContaining('run_a') }])
})

test('looks once more when the list shows what was sent before the token existed', async () => {
  const { look, lists, add, clock, api } = await open()
  clock.setTimer(100, () => add({ id: 'run_late', at: -10 }))
  expect(await look()).toBe('run_late')
  expect(lists).toEqual([0, listLagMs])
  expect(api.tokens.all).toMatchObject([{ status: 'COMPLETED' }])
})

test('lets no result of the token count until it has looked, because that can be a later event', async () => {
  const { look, add, clock, api, step, record } = await open()
  const { tokens } = api
  const client = { getJobStatus: async () => Promise.reject(new Error('not used')) }
  const store = { record, save: async () => undefined, checkResult: () => undefined }
  const dependencies = { api, clock, client, runId: 'run_1', tenantId, lookIntoPast: async () => undefined }
  clock.setTimer(100, () => {
    for (const id of ['run_late', 'run_later']) add({ id, at: id === 'run_late' ? -10 : -5 })
    const later = { id: 'run_later', event: 'work.followed', payload: { tenantId, number: 1 }, sentAt: clock.now() - 5 }
    void tokens.complete('', step.handle!, encodeTokenEvent(later)).then(() => resolveWaits(store, dependencies))
  })
  expect(await look()).toBe('run_late')
})

test.each<[words: string, event: Omit<SentEvent, 'id'> & { readonly id?: string }]>([
  ['that was cancelled', { at: -10, status: 'CANCELED' }],
  ['that is not due', { at: -10, status: 'DELAYED', dueAt: listLagMs + 1 }],
  ['of another tenant with the same tag', { at: -10, tenantId: 'globex' }],
  ['for another value', { at: -10, number: 2 }],
  ['that started the run', { at: -10, id: 'run_own' }],
  ['that an earlier wait got', { at: -10, id: 'run_got' }],
  ['that is a manual retry', { at: -10, payload: { envelope: envelopeOf({}), retry: { jobId: 'run_0', runs: {} } } }],
])('ignores an event %s', async (_words, event) => {
  const { look, step, record, api } = await open([{ id: 'run_a', ...event }], { match: { number: 1 } })
  record.steps.unshift({ ...step, key: 'first', state: 'completed', output: { id: 'run_got', payload: {}, sentAt: 0 } })
  expect(await look()).toBeUndefined()
  expect([step.state, api.tokens.all[0]?.status]).toEqual(['waiting', 'WAITING'])
})

test('reads no payload whose record tells that it cannot match', async () => {
  const of = (number: number) => sentMetadata({ tenantId, sentAt: createFakeClock().now() - 10, payload: { number } })
  const events = [1, 2, 3].map((number) => ({ id: `run_${number}`, at: -10, number, metadata: of(number) }))
  const { look, reads } = await open(events, { match: { number: 2 } })
  expect(await look()).toBe('run_2')
  expect(reads()).toEqual(['retrieve run_2'])
})

test('fails a wait with too many events to read', async () => {
  const events = Array.from({ length: maxPastEvents + 1 }, (_, index) => ({ id: `run_${index}`, at: -index }))
  const { look, step, reads, api } = await open(events)
  expect(await look()).toBeUndefined()
  expect(step).toMatchObject({ state: 'failed', error: { code: 'too_many_past_events' } })
  expect([reads(), api.tokens.all[0]?.status]).toEqual([[], 'COMPLETED'])
})

test('sends no request for a wait without `since`', async () => {
  const { look, step, api } = await open()
  Object.assign(step, { since: undefined })
  const before = api.tokens.requests.length
  await look()
  expect([api.requests, api.tokens.requests.length]).toEqual([[], before])
})
