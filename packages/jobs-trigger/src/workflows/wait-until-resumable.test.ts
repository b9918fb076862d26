import { createWorkflowRecord, type StepRecord } from '@cgk-platform/jobs-core/provider'
import { expect, test } from 'vitest'

import { createFakeApi } from '../../test/kit/fake-api.ts'
import { createFakeClock } from '../../test/kit/fake-clock.ts'
import { waitUntilResumable } from './wait-until-resumable.ts'

interface Setting {
  /** The end of the SDK's wait. */
  readonly ends?: 'completed' | 'timed out' | 'early' | 'never'
  /** Number of the read that finds a result, counted from 1. */
  readonly resolvedAt?: number
  /** Whether there is a result before the wait. */
  readonly hasChanges?: boolean
}

function open({ ends = 'completed', resolvedAt = 0, hasChanges = false }: Setting = {}) {
  const clock = createFakeClock()
  const api = createFakeApi()
  const abort = new AbortController()
  const lateCall = new AbortController()
  const record = createWorkflowRecord('run_0', undefined) // the run continues from another one
  const start = clock.now()
  const actions: string[] = []
  let reads = 0
  let isResolved = hasChanges
  let openSdkWaits = 0
  const sdkWait = async (action: string): Promise<void> => {
    actions.push(action)
    expect(++openSdkWaits).toBe(1)
    if (ends === 'never') await new Promise(() => undefined)
    openSdkWaits--
  }
  const add = (key: string, more: Partial<StepRecord>): void => {
    record.steps.push({ key, kind: 'waitForEvent', state: 'waiting', attempts: 0, startedAt: start, ...more })
  }
  const run = (inMs: number | undefined) =>
    clock.finish(
      waitUntilResumable(inMs === undefined ? undefined : start + inMs, record, {
        runId: 'run_1',
        api,
        clock,
        lateCall: lateCall.signal,
        hasChanges: () => isResolved,
        signal: abort.signal,
        waits: {
          async until(date) {
            await sdkWait(`until ${date.getTime() - start}`)
            if (ends !== 'early') clock.setTimer(0, () => undefined)
          },
          async forToken(id) {
            await sdkWait(`for ${id}`)
            return { ok: ends === 'completed' }
          },
        },
        async resolveWaits() {
          actions.push('read')
          isResolved ||= ++reads === resolvedAt
        },
      }),
    )
  return {
    clock,
    api,
    abort,
    lateCall,
    record,
    add,
    run,
    resolve: () => void (isResolved = true),
    actions,
    passed: () => clock.now() - start,
  }
}

test('waits in the process for a short time', async () => {
  const { run, actions, passed } = open()
  await run(4900)
  expect([actions, passed()]).toEqual([[], 4900])
})

test('waits with the SDK for a long time, and never for less than requested', async () => {
  const { run, actions, passed } = open({ ends: 'early' })
  await run(60_000)
  expect([actions, passed()]).toEqual([['until 60000'], 60_000])
})

test('waits for a single event by its own token', async () => {
  const { run, actions, add, api } = open({ resolvedAt: 1 })
  add('a', { event: 'order.paid', handle: 'waitpoint_a', until: open().clock.now() + 60_000 })
  await run(60_000)
  expect(actions).toEqual(['for waitpoint_a', 'read'])
  expect(api.tokens.requests).toEqual([])
})

test('never times out early, even if the server’s clock is ahead', async () => {
  const { run, add, passed, clock } = open({ ends: 'timed out' })
  add('a', { event: 'order.paid', handle: 'waitpoint_a', until: clock.now() + 60_000 })
  await run(60_000)
  expect(passed()).toBe(60_000)
})

test('reads a completed token again until its output is visible', async () => {
  const { run, actions, add, passed, clock } = open({ resolvedAt: 3 })
  add('a', { event: 'order.paid', handle: 'waitpoint_a', until: clock.now() + 60_000 })
  await run(60_000)
  expect([actions, passed()]).toEqual([['for waitpoint_a', 'read', 'read', 'read'], 150])
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
] as const)('does not wait %s if there is a result already', async (_, steps) => {
  const { run, actions, add, api, passed } = open({ hasChanges: true })
  for (const [index, step] of steps.entries()) add(String(index), step)
  await run(60_000)
  expect([actions, api.tokens.requests, passed()]).toEqual([[], [], 0])
})

test('does not wait if a result arrives while the token is created', async () => {
  const { run, actions, add, api, resolve } = open()
  const { create } = api.tokens
  Object.assign(api.tokens, {
    async create(...args: Parameters<typeof create>) {
      resolve()
      return create(...args)
    },
  })
  add('a', { kind: 'runJob', jobId: 'run_2' })
  await run(undefined)
  expect(actions).toEqual([])
})

test('returns at once after a late call, if the SDK does not wait yet', async () => {
  const { run, actions, lateCall, clock, passed } = open()
  clock.setTimer(1000, () => lateCall.abort())
  await run(4000)
  await run(60_000)
  expect([actions, passed()]).toEqual([[], 1000])
})

test('waits for several things by one token, after a read of earlier results', async () => {
  const { run, actions, add, api } = open({ resolvedAt: 2 })
  add('a', { event: 'order.paid', handle: 'waitpoint_a', until: 1e15 })
  add('b', { event: 'order.paid', handle: 'waitpoint_b', until: 1e15 })
  await run(60_000)
  expect(actions).toEqual(['read', 'for waitpoint_1', 'read'])
  expect(api.tokens.all).toMatchObject([{ tags: ['wake:run_1'], timeoutMs: 10_000 }])
})

test.each([
  [0, 10_000],
  [400_000, 100_000],
  [1e9, 3_600_000],
])('checks again, after it has waited %i ms, in %i ms', async (waitedMs, afterMs) => {
  const { run, add, api, clock } = open({ ends: 'timed out' })
  add('a', { kind: 'runJob', jobId: 'run_2', startedAt: clock.now() - waitedMs })
  await run(undefined)
  expect(api.tokens.all).toMatchObject([{ timeoutMs: afterMs }])
})

test('reads a job that has announced its end until it has ended', async () => {
  const { run, actions, add, passed } = open({ resolvedAt: 4 })
  add('a', { kind: 'runJob', jobId: 'run_2' })
  await run(undefined)
  expect(actions).toEqual(['read', 'for waitpoint_1', 'read', 'read', 'read'])
  expect(passed()).toBe(150)
})

test.each([
  ['in the process', 4000, {}],
  ['with the SDK', 60_000, {}],
  ['for an event', 60_000, { event: 'order.paid', handle: 'waitpoint_a', until: 0 }],
])('ends a wait %s when the run is cancelled', async (_, inMs, step) => {
  const { run, add, abort, clock, passed } = open({ ends: 'never' })
  if ('event' in step) add('a', { ...step, until: clock.now() + inMs })
  clock.setTimer(1000, () => abort.abort())
  await run(inMs)
  expect(passed()).toBe(1000)
  expect(clock.pending()).toBe(0)
})
