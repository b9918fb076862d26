import { RequestFailedError } from '@cgk-platform/jobs-core/errors'
import { createWorkflowRecord, type StepRecord } from '@cgk-platform/jobs-core/provider'
import { describe, expect, test } from 'vitest'

import { createFakeClock } from '../../test/kit/fake-clock.ts'
import { fakeRun } from '../../test/kit/fake-run.ts'
import type { AttemptRecord } from '../wire/run-record.ts'
import { readWorkflowRecord } from '../wire/workflow-metadata.ts'
import { createRecordStore } from './record-store.ts'

const begun: AttemptRecord = { definition: 'flow', attempt: 1, maxAttempts: 3, startedAt: 1 }
const rejected = (status: number) =>
  new RequestFailedError({ provider: 'trigger.dev', operation: 'do it', problem: 'no', status })

/** @param own - size of the metadata that handlers have set, in bytes */
function open(failures: Error[] = [], own = 0) {
  const clock = createFakeClock()
  const record = createWorkflowRecord('run_1', undefined)
  const written: Record<string, unknown>[] = []
  const requestTimes: number[] = []
  let slowMs = 0
  let retrieved = 0
  const store = createRecordStore({
    runId: 'run_1',
    record,
    begun,
    clock,
    signal: new AbortController().signal,
    metadata: () => ({ own: 'é'.repeat(own / 2), job: 'not counted' }),
    api: {
      async retrieve() {
        retrieved++
        return fakeRun({ metadata: written.at(-1) ?? {} })
      },
      async setMetadata(_, values) {
        requestTimes.push(clock.now())
        const failure = failures.shift()
        if (failure !== undefined) throw failure
        const waitMs = slowMs
        slowMs = 0
        if (waitMs > 0) await new Promise<void>((resolve) => void clock.setTimer(waitMs, resolve))
        written.push(structuredClone(values) as Record<string, unknown>)
        await clock.yield()
      },
    },
  })
  const add = (key: string, more: Partial<StepRecord> = {}): StepRecord => {
    const step: StepRecord = { key, kind: 'run', state: 'completed', attempts: 1, startedAt: 1, ...more }
    record.steps.push(step)
    return step
  }
  const keysIn = (index: number) => readWorkflowRecord(written[index])!.steps.map(({ key }) => key)
  const slow = (ms: number) => void (slowMs = ms)
  return { clock, record, store, written, requestTimes, add, keysIn, slow, retrieved: () => retrieved }
}

describe('saving', () => {
  test('sends the attempt record with the first request only', async () => {
    const { clock, store, written, add } = open()
    await clock.finish(store.save(add('a')))
    await clock.finish(store.save(add('b')))
    expect(written.map((values) => Object.keys(values).toSorted())).toEqual([['job', 'workflow'], ['workflow']])
  })

  test('combines concurrent saves into one request, and saves during a request into the next one', async () => {
    const { clock, store, written, add, keysIn } = open()
    const first = Promise.all([store.save(add('a')), store.save(add('b'))])
    await clock.yield()
    await clock.yield()
    const second = Promise.all([store.save(add('c')), store.save(add('d'))])
    await clock.finish(Promise.all([first, second]))
    expect(written.map((_, index) => keysIn(index))).toEqual([
      ['a', 'b'],
      ['a', 'b', 'c', 'd'],
    ])
  })

  test('fails after retrying an unreachable server for a minute, and at once after a rejection', async () => {
    const unreachable = open(Array.from({ length: 100 }, () => rejected(503)))
    const { clock, store, add, requestTimes } = unreachable
    await expect(clock.finish(store.save(add('a')))).rejects.toMatchObject({ status: 503 })
    expect(requestTimes.at(-1)! - requestTimes[0]!).toBeGreaterThan(50_000)
    const rejecting = open([rejected(401)])
    await expect(rejecting.clock.finish(rejecting.store.save(rejecting.add('a')))).rejects.toMatchObject({
      status: 401,
    })
    await rejecting.clock.finish(rejecting.store.save(rejecting.add('b')))
    expect(rejecting.keysIn(0)).toEqual(['a', 'b'])
  })

  test('rejects a result that does not fit before sending it, with an error that names the step', async () => {
    const { clock, store, record, written, add } = open()
    const output = 'é'.repeat(30_000)
    for (const key of ['a', 'b', 'c']) await clock.finish(store.save(add(key, { output })))
    const saving = clock.finish(store.save(add('d', { output })))
    await expect(saving).rejects.toMatchObject({ code: 'step_records_too_large', stepId: 'd' })
    expect(written).toHaveLength(3)
    record.failure = { name: 'Error', message: 'it failed' }
    await clock.finish(store.save())
    const steps = readWorkflowRecord(written.at(-1))!.steps
    expect(steps.map(({ state }) => state)).toEqual(['completed', 'completed', 'completed', 'failed'])
    expect(steps[3]!.error).toMatchObject({ code: 'step_records_too_large' })
  })

  test('numbers requests, continuing from earlier attempts', async () => {
    const { clock, store, record, written, add } = open()
    Object.assign(record, { saves: 7 })
    await clock.finish(store.save(add('a')))
    await clock.finish(store.save(add('b')))
    expect(written).toMatchObject([{ workflow: { saves: 8 } }, { workflow: { saves: 9 } }])
  })

  test('saves again if a timed-out request has overwritten newer records', async () => {
    const { clock, store, written, add, keysIn, slow, retrieved } = open()
    await clock.finish(store.save(add('a')))
    await clock.finish(store.flush())
    expect(retrieved()).toBe(0)
    slow(20_000)
    await clock.finish(store.save(add('b')))
    const late = written[0]!
    await clock.finish(store.save(add('c')))
    written.push(late)
    await clock.finish(store.flush())
    expect(keysIn(written.length - 1)).toEqual(['a', 'b', 'c'])
    await clock.finish(store.flush())
    expect(retrieved()).toBe(1)
  })

  test('reports the same error if the server has a lower limit', async () => {
    const { clock, store, add } = open([rejected(413)])
    const saving = clock.finish(store.save(add('a')))
    await expect(saving).rejects.toMatchObject({ code: 'step_records_too_large', stepId: 'a' })
  })

  test('keeps a step completed during its compensation, even if its record does not fit', async () => {
    const { clock, store, record, written, add } = open([rejected(413)])
    record.failure = { name: 'Error', message: 'it failed' }
    const step = add('a', { compensable: true, compensation: { state: 'completed', attempts: 1, startedAt: 1 } })
    await expect(clock.finish(store.save(step))).rejects.toMatchObject({ code: 'step_records_too_large' })
    await clock.finish(store.flush())
    expect(readWorkflowRecord(written.at(-1))!.steps).toMatchObject([
      { state: 'completed', compensation: { attempts: 1 } },
    ])
  })
})

test('counts the metadata that handlers have set', async () => {
  const { clock, store, add } = open([], 150_000)
  const saving = clock.finish(store.save(add('a', { output: 'x'.repeat(60_000) })))
  await expect(saving).rejects.toMatchObject({ code: 'step_records_too_large', stepId: 'a' })
})

describe('a scheduled save', () => {
  test('is sent once for several calls, and not at all after another save', async () => {
    const { clock, store, written, add, keysIn } = open()
    add('a')
    store.scheduleSave()
    store.scheduleSave()
    await clock.finish(new Promise<void>((resolve) => void clock.setTimer(500, resolve)))
    expect(written).toHaveLength(1)
    expect(keysIn(0)).toEqual(['a'])
    store.scheduleSave()
    await clock.finish(store.save(add('b')))
    await clock.finish(new Promise<void>((resolve) => void clock.setTimer(500, resolve)))
    expect(written).toHaveLength(2)
  })

  test('is sent by a flush', async () => {
    const { clock, store, written, requestTimes } = open()
    await store.flush()
    expect(written).toHaveLength(1)
    await clock.finish(store.flush())
    expect(requestTimes).toHaveLength(1)
  })
})

test('fails a step whose wait result does not fit', async () => {
  const { store, add } = open()
  const output = 'x'.repeat(100_000)
  add('a', { output })
  const wait = add('b', { kind: 'waitForEvent', output, handle: 'waitpoint_1' })
  store.checkResult(wait)
  expect(wait).toMatchObject({ state: 'failed', error: { code: 'step_records_too_large' } })
  expect(wait).not.toHaveProperty('output')
})
