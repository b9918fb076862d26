import type { JobStatus } from '@cgk-platform/jobs-core'
import { JobNotFoundError } from '@cgk-platform/jobs-core/errors'
import { createWorkflowRecord, type StepRecord } from '@cgk-platform/jobs-core/provider'
import { describe, expect, test } from 'vitest'

import { createFakeApi } from '../../test/kit/fake-api.ts'
import { createFakeClock } from '../../test/kit/fake-clock.ts'
import { encodeTokenEvent } from '../wire/wait-keys.ts'
import { type WaitPoll, resolveWaits } from './resolve-waits.ts'

const now = createFakeClock().now()

function open(jobs: Record<string, JobStatus> = {}) {
  const clock = createFakeClock()
  const api = createFakeApi()
  const record = createWorkflowRecord('run_1', undefined)
  let saves = 0
  const looked: string[] = []
  const add = (key: string, more: Partial<StepRecord>): StepRecord => {
    const step: StepRecord = {
      key,
      kind: 'waitForEvent',
      state: 'waiting',
      attempts: 0,
      startedAt: now - 1000,
      until: now + 60_000,
      ...more,
    }
    record.steps.push(step)
    return step
  }
  const client = {
    async getJobStatus(jobId: string): Promise<JobStatus> {
      const job = jobs[jobId]
      if (!job) throw new JobNotFoundError({ jobId, provider: 'another' })
      return job
    },
  }
  const store = {
    record,
    save: async () => void saves++,
    checkResult: () => undefined,
  }
  const resolve = async (options?: Partial<WaitPoll>): Promise<StepRecord[]> => {
    const resolved: StepRecord[] = []
    const poll = { isOver: () => false, onResolved: (step: StepRecord) => void resolved.push(step), ...options }
    const lookIntoPast = async (step: StepRecord): Promise<void> => void looked.push(step.key)
    await resolveWaits(store, { api, clock, client, runId: 'run_1', tenantId: 'acme', lookIntoPast }, poll)
    return resolved
  }
  const token = async (output?: string, at = 0) => {
    const id = await api.tokens.create('', { timeoutMs: 1, tags: ['of:run_1'], idempotencyKey: String(Math.random()) })
    if (output !== undefined) await api.tokens.complete('', id, output)
    Object.assign(api.tokens.all.at(-1)!, output !== undefined && { completedAt: new Date(now + at) })
    return id
  }
  return { api, clock, record, add, resolve, token, looked, saves: () => saves }
}

const event = (number: number, sentAt = now) =>
  encodeTokenEvent({ id: `run_${number}`, event: 'order.paid', payload: { number }, sentAt })

describe('events', () => {
  test('resolves waits in the order in which the events arrived', async () => {
    const { add, resolve, token, saves } = open()
    add('a', { event: 'order.paid', handle: await token(event(1), 20) })
    add('b', { event: 'order.paid', handle: await token(event(2), 10) })
    add('c', { event: 'order.paid', handle: await token() })
    expect((await resolve()).map(({ key, order, state }) => [key, order, state])).toEqual([
      ['b', 1, 'completed'],
      ['a', 2, 'completed'],
    ])
    expect(saves()).toBe(1)
    expect(await resolve()).toEqual([])
  })

  test('leaves a wait unresolved if the replay ends during the read', async () => {
    const { add, resolve, token, record, saves } = open()
    const step = add('a', { event: 'order.paid', handle: await token(event(1)) })
    expect(await resolve({ isOver: () => true })).toEqual([])
    expect([step.state, record.ended, saves()]).toEqual(['waiting', 0, 0])
    expect(await resolve()).toEqual([step])
  })

  test.each([
    ['before the wait began', now - 5000],
    ['after the wait ended', now + 90_000],
  ])('accepts an event with a `sentAt` %s, because the token’s completer has compared the times', async (_, sentAt) => {
    const { add, resolve, token } = open()
    const step = add('a', { event: 'order.paid', handle: await token(event(1, sentAt)) })
    await resolve()
    expect(step).toMatchObject({ state: 'completed', output: { id: 'run_1', payload: { number: 1 }, sentAt } })
  })

  test.each([
    ['another event', event(1).replace('order.paid', 'order.placed')],
    ['other JSON', '{"yes":true}'],
  ])('replaces a token that was completed with %s', async (_, output) => {
    const { add, resolve, token, saves, api } = open()
    const used = await token(output)
    const step = add('a', { event: 'order.paid', handle: used })
    expect(await resolve()).toEqual([])
    expect([step.state, saves()]).toEqual(['waiting', 1])
    expect(step.handle).not.toBe(used)
    await api.tokens.complete('', step.handle!, event(2))
    expect(await resolve()).toEqual([step])
    expect(saves()).toBe(2)
  })

  test('replaces the token of a wait with `since` that got an event which an earlier wait got, and looks again', async () => {
    const { add, resolve, token, looked } = open()
    add('first', { state: 'completed', output: { id: 'run_1', payload: {}, sentAt: now } })
    const step = add('a', { event: 'order.paid', since: 0, handle: await token(event(1)) })
    expect(await resolve()).toEqual([])
    expect([step.state, looked]).toEqual(['waiting', ['a']])
  })

  test('sends no request without an open wait', async () => {
    const { api, add, resolve } = open()
    add('nap', { kind: 'sleep' })
    add('done', { state: 'completed', handle: 'waitpoint_1' })
    await resolve()
    expect(api.tokens.requests).toEqual([])
  })
})

describe('jobs', () => {
  const waits = { kind: 'runJob', jobId: 'run_2', definitionId: 'count' } as const

  test('fails the step of a job that stays invisible for a minute, counted from the first read', async () => {
    const { add, resolve, clock } = open()
    const step = add('call', { ...waits, startedAt: now - 120_000 })
    expect(await resolve()).toEqual([])
    await clock.finish(new Promise<void>((done) => void clock.setTimer(60_000, done)))
    expect(await resolve()).toEqual([step])
    const message = expect.stringContaining('`another`')
    expect(step).toMatchObject({ state: 'failed', error: { code: 'job_not_found', message } })
  })
})
