import { createWorkflowRecord, type StepRecord } from '@cgk-platform/jobs-core/provider'
import { expect, test } from 'vitest'

import { createFakeApi } from '../../test/kit/fake-api.ts'
import { createFakeClock } from '../../test/kit/fake-clock.ts'
import { waitNext } from './wait-next.ts'

interface Setting {
  /** How the engine's wait ends. */
  readonly ends?: 'completed' | 'timed out' | 'early' | 'never'
  /** At which look there is an answer, counted from 1. */
  readonly answeredAt?: number
  /** Whether there is one before anything is waited for. */
  readonly hasNews?: boolean
}

function open({ ends = 'completed', answeredAt = 0, hasNews = false }: Setting = {}) {
  const clock = createFakeClock()
  const api = createFakeApi()
  const abort = new AbortController()
  const late = new AbortController()
  const record = createWorkflowRecord('run_0', undefined) // the run goes on from another
  const start = clock.now()
  const did: string[] = []
  let looks = 0
  let isAnswered = hasNews
  let underWay = 0
  const vendor = async (what: string): Promise<void> => {
    did.push(what)
    expect(++underWay).toBe(1)
    if (ends === 'never') await new Promise(() => undefined)
    underWay--
  }
  const add = (key: string, more: Partial<StepRecord>): void => {
    record.steps.push({ key, kind: 'waitForEvent', state: 'waiting', attempts: 0, startedAt: start, ...more })
  }
  const run = (inMs: number | undefined) =>
    clock.finish(
      waitNext(inMs === undefined ? undefined : start + inMs, record, {
        runId: 'run_1',
        api,
        clock,
        late: late.signal,
        hasNews: () => isAnswered,
        signal: abort.signal,
        waits: {
          async until(date) {
            await vendor(`until ${date.getTime() - start}`)
            if (ends !== 'early') clock.setTimer(0, () => undefined)
          },
          async forToken(id) {
            await vendor(`for ${id}`)
            return { ok: ends === 'completed' }
          },
        },
        async readAnswers() {
          did.push('look')
          isAnswered ||= ++looks === answeredAt
        },
      }),
    )
  return {
    clock,
    api,
    abort,
    late,
    record,
    add,
    run,
    answer: () => void (isAnswered = true),
    did,
    passed: () => clock.now() - start,
  }
}

test('a short time is waited for in the process', async () => {
  const { run, did, passed } = open()
  await run(4900)
  expect([did, passed()]).toEqual([[], 4900])
})

test('a long one by the engine, and never less than asked', async () => {
  const { run, did, passed } = open({ ends: 'early' })
  await run(60_000)
  expect([did, passed()]).toEqual([['until 60000'], 60_000])
})

test('one event by its own token', async () => {
  const { run, did, add, api } = open({ answeredAt: 1 })
  add('a', { event: 'order.paid', handle: 'waitpoint_a', until: open().clock.now() + 60_000 })
  await run(60_000)
  expect(did).toEqual(['for waitpoint_a', 'look'])
  expect(api.tokens.asked).toEqual([])
})

test('its patience is over no earlier than asked, whatever the server’s clock says', async () => {
  const { run, add, passed, clock } = open({ ends: 'timed out' })
  add('a', { event: 'order.paid', handle: 'waitpoint_a', until: clock.now() + 60_000 })
  await run(60_000)
  expect(passed()).toBe(60_000)
})

test('where what completed its token is not to be read yet it is looked again', async () => {
  const { run, did, add, passed, clock } = open({ answeredAt: 3 })
  add('a', { event: 'order.paid', handle: 'waitpoint_a', until: clock.now() + 60_000 })
  await run(60_000)
  expect([did, passed()]).toEqual([['for waitpoint_a', 'look', 'look', 'look'], 150])
})

test.each([
  ['for an event', [{ event: 'order.paid', handle: 'waitpoint_a', until: 1e15 }]],
  [
    'for several things',
    [
      { event: 'order.paid', handle: 'waitpoint_a', until: 1e15 },
      { kind: 'runJob', jobId: 'r' },
    ],
  ],
  ['for a time', []],
] as const)('nothing is waited %s where there is an answer already', async (_, steps) => {
  const { run, did, add, api, passed } = open({ hasNews: true })
  for (const [index, step] of steps.entries()) add(String(index), step)
  await run(60_000)
  expect([did, api.tokens.asked, passed()]).toEqual([[], [], 0])
})

test('nor where one comes while the token is made', async () => {
  const { run, did, add, api, answer } = open()
  const { create } = api.tokens
  Object.assign(api.tokens, {
    async create(...args: Parameters<typeof create>) {
      answer()
      return create(...args)
    },
  })
  add('a', { kind: 'runJob', jobId: 'run_2' })
  await run(undefined)
  expect(did).toEqual([])
})

test('code that calls a step late goes on at once, where the engine does not wait yet', async () => {
  const { run, did, late, clock, passed } = open()
  clock.setTimer(1000, () => late.abort())
  await run(4000)
  await run(60_000)
  expect([did, passed()]).toEqual([[], 1000])
})

test('several by one token of the run, after a look for what came before it', async () => {
  const { run, did, add, api } = open({ answeredAt: 2 })
  add('a', { event: 'order.paid', handle: 'waitpoint_a', until: 1e15 })
  add('b', { event: 'order.paid', handle: 'waitpoint_b', until: 1e15 })
  await run(60_000)
  expect(did).toEqual(['look', 'for waitpoint_1', 'look'])
  expect(api.tokens.all).toMatchObject([{ tags: ['wake:run_1'], timeoutMs: 10_000 }])
})

test.each([
  [0, 10_000],
  [400_000, 100_000],
  [1e9, 3_600_000],
])('after %i ms of waiting it is looked again after %i', async (waitedMs, afterMs) => {
  const { run, add, api, clock } = open({ ends: 'timed out' })
  add('a', { kind: 'runJob', jobId: 'run_2', startedAt: clock.now() - waitedMs })
  await run(undefined)
  expect(api.tokens.all).toMatchObject([{ timeoutMs: afterMs }])
})

test('a job that tells of its end is looked at until it has ended', async () => {
  const { run, did, add, passed } = open({ answeredAt: 4 })
  add('a', { kind: 'runJob', jobId: 'run_2' })
  await run(undefined)
  expect(did).toEqual(['look', 'for waitpoint_1', 'look', 'look', 'look'])
  expect(passed()).toBe(150)
})

test.each([
  ['in the process', 4000, {}],
  ['by the engine', 60_000, {}],
  ['for an event', 60_000, { event: 'order.paid', handle: 'waitpoint_a', until: 0 }],
])('a cancel ends a wait %s', async (_, inMs, step) => {
  const { run, add, abort, clock, passed } = open({ ends: 'never' })
  if ('event' in step) add('a', { ...step, until: clock.now() + inMs })
  clock.setTimer(1000, () => abort.abort())
  await run(inMs)
  expect(passed()).toBe(1000)
  expect(clock.pending()).toBe(0)
})
