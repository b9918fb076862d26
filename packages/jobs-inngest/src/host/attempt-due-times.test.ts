import { getEventListeners } from 'node:events'

import { describe, expect, test } from 'vitest'

import { type Answer, connectionError, inTurn, type Reply } from '../../test/kit/fake-server.ts'
import { openApi } from '../../test/kit/open-api.ts'
import { type StartedAttempt, createAttemptDueTimes } from './attempt-due-times.ts'

const jobId = '01M89NS4WG6G8H65WJD6QKMDS3'
const runId = '01M89NS53P41QNS08H5VWD7NCR'
/** The virtual clock's own instant, at which everything here begins. */
const noon = Date.parse('2026-03-01T12:00:00Z')
const nothing: Answer = () => ({ body: { data: [] } })

function open(answer: Answer = nothing) {
  const opened = openApi(answer)
  const dueTimes = createAttemptDueTimes(opened.api, opened.clock)
  /** Waits until the attempt is due, and tells how long that was. */
  const wait = async (begun: Partial<StartedAttempt> = {}): Promise<number> => {
    const begunAt = opened.clock.now()
    const { signal } = new AbortController()
    await opened.clock.finish(dueTimes.waitUntilDue({ jobId, runId, attempt: 2, signal, ...begun }))
    return opened.clock.now() - begunAt
  }
  return { ...opened, dueTimes, wait }
}

/** A run whose last attempt was to be followed by another one at an instant. */
function runDue(nextAttemptAt: number | undefined, id = runId): object {
  const error = { name: 'Error', message: 'no' }
  const cause = {
    attempt: 1,
    maxAttempts: 3,
    startedAt: 1,
    error,
    ...(nextAttemptAt !== undefined && { nextAttemptAt }),
  }
  return { id, output: { error: { ...error, cause } } }
}

describe('an attempt that this process asked for', () => {
  test('waits until it is due where it begins too dueTimes, and asks the engine nothing', async () => {
    const { clock, dueTimes, wait, asked } = open()
    dueTimes.record(runId, 2, noon + 300)
    await clock.advance(100)
    expect(await wait()).toBe(200)
    expect(clock.pending()).toBe(0)
    expect(asked).toEqual([])
  })

  test('is held for five seconds and no more: what is further off is a retry of the engine itself', async () => {
    const { clock, dueTimes, wait } = open()
    dueTimes.record(runId, 2, clock.now() + 5000)
    expect(await wait()).toBe(5000)
    dueTimes.record(runId, 2, clock.now() + 5001)
    expect(await wait()).toBe(0)
  })

  test('is forgotten when it begins, and so is the oldest of ten thousand', async () => {
    const { dueTimes, wait, asked } = open()
    dueTimes.record(runId, 2, noon - 1)
    await wait()
    expect(asked).toHaveLength(0)
    await wait()
    expect(asked).toHaveLength(1)
    for (let number = 0; number <= 10_000; number++) dueTimes.record(`run_${number}`, 2, noon - 1)
    await wait({ runId: 'run_1' })
    expect(asked).toHaveLength(1)
    await wait({ runId: 'run_0' })
    expect(asked).toHaveLength(2)
  })
})

describe('an attempt that another process asked for', () => {
  test("waits until its run's record says that it is due", async () => {
    const { asked, wait } = open(() => ({
      body: { data: [runDue(noon + 4000, 'another'), runDue(noon + 300), {}] },
    }))
    expect(await wait()).toBe(300)
    expect(asked.map(({ url }) => url.pathname + url.search)).toEqual([
      `/v2/events/${jobId}/runs?includeOutput=true&limit=40`,
    ])
  })

  test.each<[string, unknown]>([
    ['no answer', undefined],
    ['no runs', {}],
    ['other runs alone', { data: [runDue(noon + 1000, 'another')] }],
    ['a run that tells nothing', { data: [{ id: runId }] }],
    ['a run without an error', { data: [{ id: runId, output: { data: 1 } }] }],
    ['an error of somebody else', { data: [{ id: runId, output: { error: { name: 'Error', message: 'away' } } }] }],
    ['a run that has failed for good', { data: [runDue(undefined)] }],
    ['one that is late', { data: [runDue(noon - 1000)] }],
    ['one that is far off', { data: [runDue(noon + 5001)] }],
  ])('waits for nothing where there is %s', async (_, body) => {
    const reply: Reply = body === undefined ? { status: 404, body: { errors: [{ code: 'not_found' }] } } : { body }
    expect(await open(() => reply).wait()).toBe(0)
  })

  test('goes on without an answer where the engine refuses it, is away, or is silent for two seconds', async () => {
    expect(await open(inTurn({ status: 401 })).wait()).toBe(0)
    expect(await open(inTurn(connectionError('ECONNREFUSED'))).wait()).toBeLessThanOrEqual(2000)
    const silent = open(() => new Promise<Reply>(() => undefined))
    expect(await silent.wait()).toBe(2000)
  })
})

test('what this process knew of an earlier attempt is not taken for a later one, which another process asked for', async () => {
  const { dueTimes, wait, asked } = open(() => ({ body: { data: [runDue(noon + 300)] } }))
  dueTimes.record(runId, 2, noon - 1)
  expect(await wait({ attempt: 3 })).toBe(300)
  expect(asked).toHaveLength(1)
})

test('a first attempt waits for nothing, and asks nothing', async () => {
  const { dueTimes, wait, asked } = open()
  dueTimes.record(runId, 2, noon + 300)
  expect(await wait({ attempt: 1 })).toBe(0)
  expect(asked).toEqual([])
})

describe('an attempt that is cancelled while it waits', () => {
  test('waits no longer, and leaves nothing behind', async () => {
    const { clock, dueTimes, wait } = open()
    dueTimes.record(runId, 2, noon + 4000)
    const controller = new AbortController()
    clock.setTimer(1000, () => controller.abort())
    expect(await wait({ signal: controller.signal })).toBe(1000)
    expect(clock.pending()).toBe(0)
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
  })
})
