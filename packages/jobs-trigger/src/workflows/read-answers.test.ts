import { JobNotFoundError, type JobStatus } from '@cgk-platform/jobs-core'
import { createWorkflowRecord, type StepRecord } from '@cgk-platform/jobs-core/provider'
import { describe, expect, test } from 'vitest'

import { createFakeApi } from '../../test/kit/fake-api.ts'
import { createFakeClock } from '../../test/kit/fake-clock.ts'
import { toAnswer } from '../wire/wait-keys.ts'
import { type Look, readAnswers } from './read-answers.ts'

const now = createFakeClock().now()

function open(jobs: Record<string, JobStatus> = {}) {
  const clock = createFakeClock()
  const api = createFakeApi()
  const record = createWorkflowRecord('run_1', undefined)
  let saves = 0
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
  const keeper = {
    record,
    save: async () => void saves++,
    checkAnswer: () => undefined,
  }
  const read = async (look?: Partial<Look>): Promise<StepRecord[]> => {
    const answered: StepRecord[] = []
    const told = { isOver: () => false, answered: (step: StepRecord) => void answered.push(step), ...look }
    await readAnswers(keeper, { api, clock, client, runId: 'run_1', tenantId: 'acme' }, told)
    return answered
  }
  const token = async (answer?: string, at = 0) => {
    const id = await api.tokens.create('', { timeoutMs: 1, tags: ['of:run_1'], idempotencyKey: String(Math.random()) })
    if (answer !== undefined) await api.tokens.complete('', id, answer)
    Object.assign(api.tokens.all.at(-1)!, answer !== undefined && { completedAt: new Date(now + at) })
    return id
  }
  return { api, clock, record, add, read, token, saves: () => saves }
}

const event = (number: number, sentAt = now) =>
  toAnswer({ id: `run_${number}`, event: 'order.paid', payload: { number }, sentAt })

describe('events', () => {
  test('answer in the order in which they came', async () => {
    const { add, read, token, saves } = open()
    add('a', { event: 'order.paid', handle: await token(event(1), 20) })
    add('b', { event: 'order.paid', handle: await token(event(2), 10) })
    add('c', { event: 'order.paid', handle: await token() })
    expect((await read()).map(({ key, order, state }) => [key, order, state])).toEqual([
      ['b', 1, 'completed'],
      ['a', 2, 'completed'],
    ])
    expect(saves()).toBe(1)
    expect(await read()).toEqual([])
  })

  test('that are read when the code has ended are left where they are', async () => {
    const { add, read, token, record, saves } = open()
    const step = add('a', { event: 'order.paid', handle: await token(event(1)) })
    expect(await read({ isOver: () => true })).toEqual([])
    expect([step.state, record.ended, saves()]).toEqual(['waiting', 0, 0])
    expect(await read()).toEqual([step])
  })

  test.each([
    ['before the wait began', now - 5000],
    ['after it is over', now + 90_000],
  ])('one that says it was sent %s answers: who completed the token knows better', async (_, sentAt) => {
    const { add, read, token } = open()
    const step = add('a', { event: 'order.paid', handle: await token(event(1, sentAt)) })
    await read()
    expect(step).toMatchObject({ state: 'completed', output: { id: 'run_1', payload: { number: 1 }, sentAt } })
  })

  test.each([
    ['is another', event(1).replace('order.paid', 'order.placed')],
    ['is none of ours', '{"yes":true}'],
  ])('one that %s answers nothing, and the wait gets another token', async (_, answer) => {
    const { add, read, token, saves, api } = open()
    const spent = await token(answer)
    const step = add('a', { event: 'order.paid', handle: spent })
    expect(await read()).toEqual([])
    expect([step.state, saves()]).toEqual(['waiting', 1])
    expect(step.handle).not.toBe(spent)
    await api.tokens.complete('', step.handle!, event(2))
    expect(await read()).toEqual([step])
    expect(saves()).toBe(2)
  })

  test('ask for nothing where nothing waits', async () => {
    const { api, add, read } = open()
    add('nap', { kind: 'sleep' })
    add('done', { state: 'completed', handle: 'waitpoint_1' })
    await read()
    expect(api.tokens.asked).toEqual([])
  })
})

describe('jobs', () => {
  const waits = { kind: 'runJob', jobId: 'run_2', definitionId: 'count' } as const

  test('that nobody knows are waited for as long as they may be on their way, however long sending took', async () => {
    const { add, read, clock } = open()
    const step = add('call', { ...waits, startedAt: now - 120_000 })
    expect(await read()).toEqual([])
    await clock.finish(new Promise<void>((resolve) => void clock.setTimer(60_000, resolve)))
    expect(await read()).toEqual([step])
    const message = expect.stringContaining('`another`')
    expect(step).toMatchObject({ state: 'failed', error: { code: 'job_not_found', message } })
  })
})
