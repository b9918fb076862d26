import { defineJob, defineWorkflow, RequestFailedError } from '@cgk-platform/jobs-core'
import { type Envelope, toJobRegistry } from '@cgk-platform/jobs-core/provider'
import { describe, expect, test } from 'vitest'

import { createFakeApi } from '../../test/kit/fake-api.ts'
import { createFakeClock } from '../../test/kit/fake-clock.ts'
import { createFakeTokens } from '../../test/kit/fake-tokens.ts'
import { createRecordedLogger } from '../../test/kit/recorded-logger.ts'
import '../../test/kit/work.ts'
import { awaitAllTagOf, awaitTagOf, eventWaitKey, wakeTagOf } from '../wire/wait-keys.ts'
import { notifySendingWorkflow, notifyWaitingWorkflows } from './notify-workflows.ts'

const flow = defineWorkflow({ id: 'notify-flow', event: 'work.asked', steps: () => undefined })
const job = defineJob({ id: 'notify-job', event: 'work.asked', handler: () => undefined })

function open(definitions: Parameters<typeof toJobRegistry>[0] = [job, flow]) {
  const clock = createFakeClock()
  const api = createFakeApi()
  Object.assign(api, { tokens: createFakeTokens(clock.now) })
  const dependencies = { api, clock, logger: createRecordedLogger(), jobs: toJobRegistry(definitions) }
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
    more: { startedAt?: number; until?: number; runId?: string; tenant?: string } = {},
  ) => {
    const { startedAt = sentAt - 1, until = startedAt + 60_000, runId = 'run_a', tenant = 'acme' } = more
    const match = number === undefined ? undefined : { field: 'number', value: number }
    return api.tokens.create('', {
      timeoutMs: 1,
      tags: [await awaitTagOf('work.followed', tenant, match), await awaitAllTagOf('work.followed', tenant)],
      idempotencyKey: eventWaitKey({ runId, startedAt, until }, `${number} ${tenant} ${startedAt}`),
    })
  }
  const wakeToken = (runId: string) =>
    api.tokens.create('', { timeoutMs: 1, tags: [wakeTagOf(runId)], idempotencyKey: `wake ${runId}` })
  const completed = () => api.tokens.all.flatMap(({ id, status }) => (status === 'COMPLETED' ? [id] : []))
  const notify = (more: Partial<Envelope> = {}, createdAt?: number) =>
    notifyWaitingWorkflows({ ...envelope, ...more }, { jobId: 'run_job', createdAt }, dependencies)
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

  test('needs one list request for a payload with thousands of fields', async () => {
    const { wait, notify, completed, api } = open()
    const fields = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`f${index}`, index]))
    await notify({ payload: fields })
    expect(api.tokens.requests).toEqual(['list'])
    const matching = await wait(5)
    const any = await wait(undefined)
    await wait(6)
    await notify({ payload: { ...fields, number: 5 } })
    expect(completed()).toEqual([matching, any])
  })

  test('retries after a failed request, and then also wakes runs whose wait it has already completed', async () => {
    const { clock, api, wait, wakeToken, notify, completed, dependencies } = open()
    const tokens = [await wait(5), await wakeToken('run_a')]
    const { waiting } = api.tokens
    let requests = 0
    const failing = async (...args: Parameters<typeof waiting>) => {
      if (++requests === 2) throw new RequestFailedError({ provider: 'trigger.dev', operation: 'do it', problem: 'no' })
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
