import { getEventListeners } from 'node:events'

import { connectionError, inTurn, type Reply } from '@cgk-platform/test-kit/replies'
import { describe, expect, test } from 'vitest'

import type { Responder } from '../../test/kit/fake-server.ts'
import { openApi } from '../../test/kit/open-api.ts'
import { type StartedAttempt, createAttemptDueTimes } from './attempt-due-times.ts'

const jobId = '01M89NS4WG6G8H65WJD6QKMDS3'
const runId = '01M89NS53P41QNS08H5VWD7NCR'
/** The start time of the virtual clock. */
const noon = Date.parse('2026-03-01T12:00:00Z')
const nothing: Responder = () => ({ body: { data: [] } })

function open(answer: Responder = nothing) {
  const opened = openApi(answer)
  const dueTimes = createAttemptDueTimes(opened.api, opened.clock)
  /** Waits until the attempt is due and returns the duration. */
  const wait = async (begun: Partial<StartedAttempt> = {}): Promise<number> => {
    const begunAt = opened.clock.now()
    const { signal } = new AbortController()
    await opened.clock.finish(dueTimes.waitUntilDue({ jobId, runId, attempt: 2, signal, ...begun }))
    return opened.clock.now() - begunAt
  }
  return { ...opened, dueTimes, wait }
}

/** Returns a run whose last attempt recorded when the next one is due. */
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

describe('an attempt requested by this process', () => {
  test('waits until it is due, without a request to the engine', async () => {
    const { clock, dueTimes, wait, requests } = open()
    dueTimes.record(runId, 2, noon + 300)
    await clock.advance(100)
    expect(await wait()).toBe(200)
    expect(clock.pending()).toBe(0)
    expect(requests).toEqual([])
  })

  test('is held for at most five seconds: a longer wait means a retry by Inngest itself', async () => {
    const { clock, dueTimes, wait } = open()
    dueTimes.record(runId, 2, clock.now() + 5000)
    expect(await wait()).toBe(5000)
    dueTimes.record(runId, 2, clock.now() + 5001)
    expect(await wait()).toBe(0)
  })

  test('is forgotten when it starts, and so is the oldest of ten thousand', async () => {
    const { dueTimes, wait, requests } = open()
    dueTimes.record(runId, 2, noon - 1)
    await wait()
    expect(requests).toHaveLength(0)
    await wait()
    expect(requests).toHaveLength(1)
    for (let number = 0; number <= 10_000; number++) dueTimes.record(`run_${number}`, 2, noon - 1)
    await wait({ runId: 'run_1' })
    expect(requests).toHaveLength(1)
    await wait({ runId: 'run_0' })
    expect(requests).toHaveLength(2)
  })
})

describe('an attempt requested by another process', () => {
  test("waits until the time in its run's record", async () => {
    const { requests, wait } = open(() => ({
      body: { data: [runDue(noon + 4000, 'another'), runDue(noon + 300), {}] },
    }))
    expect(await wait()).toBe(300)
    expect(requests.map(({ url }) => url.pathname + url.search)).toEqual([
      `/v2/events/${jobId}/runs?includeOutput=true&limit=40`,
    ])
  })

  test.each<[string, unknown]>([
    ['no data', undefined],
    ['no runs', {}],
    ['only other runs', { data: [runDue(noon + 1000, 'another')] }],
    ['a run without output', { data: [{ id: runId }] }],
    ['a run without an error', { data: [{ id: runId, output: { data: 1 } }] }],
    ['an error without a record', { data: [{ id: runId, output: { error: { name: 'Error', message: 'away' } } }] }],
    ['a permanently failed run', { data: [runDue(undefined)] }],
    ['an attempt that is overdue', { data: [runDue(noon - 1000)] }],
    ['an attempt due much later', { data: [runDue(noon + 5001)] }],
  ])('does not wait if the response has %s', async (_, body) => {
    const reply: Reply = body === undefined ? { status: 404, body: { errors: [{ code: 'not_found' }] } } : { body }
    expect(await open(() => reply).wait()).toBe(0)
  })

  test('starts without waiting if the engine rejects the request, is unavailable, or does not respond within two seconds', async () => {
    expect(await open(inTurn({ status: 401 })).wait()).toBe(0)
    expect(await open(inTurn(connectionError('ECONNREFUSED'))).wait()).toBeLessThanOrEqual(2000)
    const silent = open(() => new Promise<Reply>(() => undefined))
    expect(await silent.wait()).toBe(2000)
  })
})

test('does not use the due time of an earlier attempt for a later one of another process', async () => {
  const { dueTimes, wait, requests } = open(() => ({ body: { data: [runDue(noon + 300)] } }))
  dueTimes.record(runId, 2, noon - 1)
  expect(await wait({ attempt: 3 })).toBe(300)
  expect(requests).toHaveLength(1)
})

test('does not wait or send a request for a first attempt', async () => {
  const { dueTimes, wait, requests } = open()
  dueTimes.record(runId, 2, noon + 300)
  expect(await wait({ attempt: 1 })).toBe(0)
  expect(requests).toEqual([])
})

describe('an attempt that is cancelled while it waits', () => {
  test('stops waiting and leaves no timer behind', async () => {
    const { clock, dueTimes, wait } = open()
    dueTimes.record(runId, 2, noon + 4000)
    const controller = new AbortController()
    clock.setTimer(1000, () => controller.abort())
    expect(await wait({ signal: controller.signal })).toBe(1000)
    expect(clock.pending()).toBe(0)
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
  })
})
