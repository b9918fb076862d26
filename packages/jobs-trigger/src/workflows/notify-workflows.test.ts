import { defineJob, defineWorkflow } from '@cgk-platform/jobs-core'
import { RequestFailedError } from '@cgk-platform/jobs-core/errors'
import { toJobRegistry } from '@cgk-platform/jobs-core/hosted'
import type { Envelope } from '@cgk-platform/jobs-core/provider'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import '@cgk-platform/test-kit/work'
import { describe, expect, test } from 'vitest'

import { createFakeApi } from '../../test/kit/fake-api.ts'
import { createFakeClock } from '../../test/kit/fake-clock.ts'
import { createFakeTokens } from '../../test/kit/fake-tokens.ts'
import { awaitAllTagOf, awaitTagsOf, eventWaitKey, wakeTagOf } from '../wire/wait-keys.ts'
import { notifySendingWorkflow, notifyWaitingWorkflows } from './notify-workflows.ts'
import { createQuietEvents } from './quiet-events.ts'

const flow = defineWorkflow({ id: 'notify-flow', event: 'work.asked', steps: () => undefined })
const job = defineJob({ id: 'notify-job', event: 'work.asked', handler: () => undefined })

function open(definitions: Parameters<typeof toJobRegistry>[0] = [job, flow]) {
  const clock = createFakeClock()
  const api = createFakeApi()
  Object.assign(api, { tokens: createFakeTokens(clock.now) })
  const quietEvents = createQuietEvents(clock)
  const dependencies = { api, clock, logger: createRecordedLogger(), jobs: toJobRegistry(definitions), quietEvents }
  const sentAt = clock.now()
  const envelope: Envelope = {
    v: 1,
    id: 'j_1',
    event: 'work.followed',
    tenantId: 'acme',
    payload: { tenantId: 'acme', number: 5 },
    sentAt,
  }
  const wait = async (
    number: number | undefined,
    more: { startedAt?: number; until?: number; since?: number; runId?: string; tenant?: string } = {},
  ) => {
    const { startedAt = sentAt - 1, until = startedAt + 60_000, since, runId = 'run_a', tenant = 'acme' } = more
    const match = number === undefined ? undefined : { number: number }
    return api.tokens.create('', {
      timeoutMs: 1,
      tags: [...(await awaitTagsOf('work.followed', tenant, match)), await awaitAllTagOf('work.followed', tenant)],
      idempotencyKey: eventWaitKey({ runId, startedAt, until, since }, `${number} ${tenant} ${startedAt}`),
    })
  }
  const wakeToken = (runId: string) =>
    api.tokens.create('', { timeoutMs: 1, tags: [wakeTagOf(runId)], idempotencyKey: `wake ${runId}` })
  const completed = () => api.tokens.all.flatMap(({ id, status }) => (status === 'COMPLETED' ? [id] : []))
  const notify = (more: Partial<Envelope> = {}, createdAt?: number, attemptAt = clock.now()) =>
    notifyWaitingWorkflows({ ...envelope, ...more }, { jobId: 'run_job', createdAt, attemptAt }, dependencies)
  return { clock, api, dependencies, envelope, wait, wakeToken, completed, notify }
}

describe('notifyWaitingWorkflows', () => {
  test.each([
    ['completes the wait', 'too early by the sender’s clock', -20_000, 0, true],
    ['completes the wait', 'too late by the sender’s clock', 90_000, 0, true],
    ['completes the wait', 'in time by both clocks', 0, 0, true],
    ['ignores the wait', 'too early by both clocks', -20_000, -20_000, false],
    ['ignores the wait', 'too late by both clocks', 90_000, 61_000, false],
    ['ignores the wait', 'too early, at an unknown server time', -20_000, undefined, false],
    ['ignores the wait', 'too late, at an unknown server time', 90_000, undefined, false],
  ])('%s if an event was sent %s', async (_behavior, _when, sentMs, createdMs, isCompleted) => {
    const { wait, notify, completed, clock } = open()
    const token = await wait(5)
    await notify({ sentAt: clock.now() + sentMs }, createdMs === undefined ? undefined : clock.now() + createdMs)
    expect(completed()).toEqual(isCompleted ? [token] : [])
  })

  test.each([
    ['since its send', 0, true],
    ['since a later time', 1, false],
  ])('completes a wait that began after the send only if it waits %s', async (_since, since, isCompleted) => {
    const { wait, notify, completed, clock } = open()
    const now = clock.now()
    const token = await wait(5, { startedAt: now + 20_000, since: now + since })
    await notify({ sentAt: now })
    expect(completed()).toEqual(isCompleted ? [token] : [])
  })

  test('needs one list request for a payload with thousands of fields', async () => {
    const { wait, notify, completed, api } = open()
    const fields = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`f${index}`, index]))
    await notify({ payload: fields })
    expect(api.tokens.requests).toEqual(['list few'])
    const matching = await wait(5)
    const any = await wait(undefined)
    await wait(6)
    await notify({ payload: { ...fields, number: 5 } })
    expect(completed()).toEqual([matching, any])
  })

  test('finds a wait among more than a page of them', async () => {
    const { wait, notify, completed, api } = open()
    for (let number = 10; number <= 110; number++) await wait(number)
    const matching = await wait(5)
    const requests = api.tokens.requests.length
    await notify()
    expect(completed()).toEqual([matching])
    expect(api.tokens.requests.slice(requests)).toEqual(['list few', 'list', `complete ${matching}`, 'list'])
  })

  describe('if no workflow waited for the event a moment ago', () => {
    const requestsOf = ({ requests }: { requests: readonly string[] }): number =>
      requests.filter((request) => request === 'list few').length

    test.each<[string, more: Partial<Envelope>, createdMs: number | undefined, isAsked: boolean]>([
      ['sends no request for an event that was sent half a second before', { sentAt: -500 }, -500, false],
      ['asks for an event that was sent later, by the server’s clock', { sentAt: -500 }, -499, true],
      ['asks for an event that was sent later, by the clocks of sender and worker', { sentAt: -499 }, -500, true],
      ['asks for an event that is retried manually', { sentAt: -500 }, undefined, true],
      ['asks for an event of another tenant', { sentAt: -500, tenantId: 'globex' }, -500, true],
      ['asks for another event', { sentAt: -500, event: 'work.counted' }, -500, true],
      ['asks for a delayed event, which a wait with `since` has not found', { sentAt: -500, runAt: 0 }, -500, true],
    ])('%s', async (_, { sentAt = 0, ...more }, createdMs, isAsked) => {
      const { clock, notify, api } = open()
      const now = clock.now()
      await notify()
      await notify({ ...more, sentAt: now + sentAt }, createdMs === undefined ? undefined : now + createdMs)
      expect(requestsOf(api.tokens)).toBe(isAsked ? 2 : 1)
    })

    test('finds a wait that began in between', async () => {
      const { clock, notify, wait, completed } = open()
      const now = clock.now()
      await notify()
      const token = await wait(5, { startedAt: now - 10 })
      await notify({ sentAt: now }, now, now + 5000)
      expect(completed()).toEqual([token])
    })
  })

  test('asks for each event while a workflow waits for one of them', async () => {
    const { clock, notify, wait, api } = open()
    const now = clock.now()
    await wait(6)
    await notify()
    await notify({ sentAt: now - 5000 }, now - 5000)
    expect(api.tokens.requests.filter((request) => request === 'list few')).toHaveLength(2)
  })

  test('retries after a failed request, and then also wakes runs whose wait it has already completed', async () => {
    const { clock, api, wait, wakeToken, notify, completed, dependencies } = open()
    const tokens = [await wait(5), await wakeToken('run_a')]
    const { waiting } = api.tokens
    let requests = 0
    const failing = async (...args: Parameters<typeof waiting>) => {
      if (++requests === 1) throw new RequestFailedError({ provider: 'trigger.dev', operation: 'do it', problem: 'no' })
      return waiting(...args)
    }
    Object.assign(api.tokens, { waiting: failing })
    await clock.finish(notify())
    expect([completed(), dependencies.logger.lines.length]).toEqual([tokens, 1])
  })
})

describe('notifySendingWorkflow', () => {
  test('wakes the run whose step sent the job', async () => {
    const { wakeToken, completed, dependencies, envelope } = open()
    const token = await wakeToken('run_a')
    await notifySendingWorkflow({ ...envelope, idempotencyKey: 'run_a/call' }, 'run_job', dependencies)
    expect(completed()).toEqual([token])
  })

  test('sends no request if no step sent the job', async () => {
    const { api, dependencies, envelope } = open()
    await notifySendingWorkflow(envelope, 'run_job', dependencies)
    await notifySendingWorkflow({ ...envelope, idempotencyKey: 'order-5' }, 'run_job', dependencies)
    expect(api.tokens.requests).toEqual([])
  })
})
