import { type JobStatus, newWorkflowRecord, type StepRecord } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { createFakeApi } from '../../test/kit/fake-api.ts'
import { createFakeClock } from '../../test/kit/fake-clock.ts'
import { toAnswer } from '../wire/wait-keys.ts'
import { readAnswers } from './read-answers.ts'

const clock = createFakeClock()
const now = clock.now()

function open(jobs: Record<string, JobStatus> = {}) {
  const api = createFakeApi()
  const record = newWorkflowRecord('run_1', undefined)
  let notes = 0
  const add = (key: string, more: Partial<StepRecord>): StepRecord => {
    const step: StepRecord = {
      key,
      kind: 'waitForEvent',
      state: 'waiting',
      attempts: 0,
      startedAt: now - 1000,
      ...more,
    }
    record.steps.push(step)
    return step
  }
  const read = () =>
    readAnswers(
      { record, note: () => void notes++, checkAnswer: () => undefined },
      { api, clock, reader: { read: async (id) => jobs[id] } },
    )
  const token = async (answer?: string, at = 0) => {
    const id = await api.tokens.create('', { timeoutMs: 1, tag: 't', idempotencyKey: String(Math.random()) })
    if (answer !== undefined) await api.tokens.complete('', id, answer)
    Object.assign(api.tokens.all.at(-1)!, answer !== undefined && { completedAt: new Date(now + at) })
    return id
  }
  return { api, record, add, read, token, notes: () => notes }
}

const event = (number: number, sentAt = now) =>
  toAnswer({ id: `run_${number}`, event: 'order.paid', payload: { number }, sentAt })

const job = (more: Partial<JobStatus>): JobStatus => ({
  id: 'run_2',
  event: 'order.paid',
  tenantId: 'acme',
  state: 'completed',
  createdAt: new Date(now),
  runs: [],
  ...more,
})

describe('events', () => {
  test('answer in the order in which they came', async () => {
    const { add, read, token, notes } = open()
    add('a', { event: 'order.paid', handle: await token(event(1), 20) })
    add('b', { event: 'order.paid', handle: await token(event(2), 10) })
    add('c', { event: 'order.paid', handle: await token() })
    expect((await read()).map(({ key, order, state }) => [key, order, state])).toEqual([
      ['b', 1, 'completed'],
      ['a', 2, 'completed'],
    ])
    expect(notes()).toBe(1)
    expect(await read()).toEqual([])
  })

  test.each([
    ['was sent before the wait began', event(1, now - 5000)],
    ['is another', event(1).replace('order.paid', 'order.placed')],
    ['is none of ours', '{"yes":true}'],
  ])('one that %s answers nothing', async (_, answer) => {
    const { add, read, token, notes } = open()
    const step = add('a', { event: 'order.paid', handle: await token(answer) })
    expect(await read()).toEqual([])
    expect([step.state, notes()]).toEqual(['waiting', 0])
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
  const run = { id: 'run_3', definitionId: 'count', attempts: 1, maxAttempts: 3 }
  const waits = { kind: 'runJob', jobId: 'run_2', definitionId: 'count' } as const

  test('answer once they have ended', async () => {
    const { add, read } = open({ run_2: job({ runs: [{ ...run, state: 'completed', output: 5 }] }) })
    const step = add('call', waits)
    await read()
    expect(step).toMatchObject({ state: 'completed', output: 5 })
    const going = open({ run_2: job({ state: 'running', runs: [{ ...run, state: 'running' }] }) })
    going.add('call', waits)
    expect(await going.read()).toEqual([])
  })

  test('that nobody knows are waited for as long as they may be on their way', async () => {
    const young = open()
    young.add('call', waits)
    expect(await young.read()).toEqual([])
    const old = open()
    const step = old.add('call', { ...waits, startedAt: now - 120_000 })
    await old.read()
    expect(step).toMatchObject({ state: 'failed', error: { code: 'job_not_found' } })
  })
})
