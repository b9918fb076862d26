import { RequestFailedError } from '@cgk-platform/jobs-core'
import { createWorkflowRecord, type StepRecord } from '@cgk-platform/jobs-core/provider'
import { describe, expect, test } from 'vitest'

import { createFakeClock } from '../../test/kit/fake-clock.ts'
import { fakeRun } from '../../test/kit/fake-run.ts'
import type { AttemptRecord } from '../wire/run-record.ts'
import { readWorkflowRecord } from '../wire/workflow-metadata.ts'
import { createRecordKeeper } from './record-keeper.ts'

const begun: AttemptRecord = { definition: 'flow', attempt: 1, maxAttempts: 3, startedAt: 1 }
const refused = (status: number) =>
  new RequestFailedError({ provider: 'trigger.dev', operation: 'do it', problem: 'no', status })

/** @param own - bytes of what handlers have in the metadata */
function open(failures: Error[] = [], own = 0) {
  const clock = createFakeClock()
  const record = createWorkflowRecord('run_1', undefined)
  const written: Record<string, unknown>[] = []
  const asked: number[] = []
  let slowMs = 0
  let retrieved = 0
  const keeper = createRecordKeeper({
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
        asked.push(clock.now())
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
  return { clock, record, keeper, written, asked, add, keysIn, slow, retrieved: () => retrieved }
}

describe('saving', () => {
  test('tells of the attempt with the first request, and of it no more', async () => {
    const { clock, keeper, written, add } = open()
    await clock.finish(keeper.save(add('a')))
    await clock.finish(keeper.save(add('b')))
    expect(written.map((values) => Object.keys(values).toSorted())).toEqual([['job', 'workflow'], ['workflow']])
  })

  test('those who ask together share a request, and those who ask meanwhile the next one', async () => {
    const { clock, keeper, written, add, keysIn } = open()
    const first = Promise.all([keeper.save(add('a')), keeper.save(add('b'))])
    await clock.yield()
    await clock.yield()
    const second = Promise.all([keeper.save(add('c')), keeper.save(add('d'))])
    await clock.finish(Promise.all([first, second]))
    expect(written.map((_, index) => keysIn(index))).toEqual([
      ['a', 'b'],
      ['a', 'b', 'c', 'd'],
    ])
  })

  test('fails where it is away for long, or refuses', async () => {
    const away = open(Array.from({ length: 100 }, () => refused(503)))
    await expect(away.clock.finish(away.keeper.save(away.add('a')))).rejects.toMatchObject({ status: 503 })
    expect(away.asked.at(-1)! - away.asked[0]!).toBeGreaterThan(50_000)
    const wrong = open([refused(401)])
    await expect(wrong.clock.finish(wrong.keeper.save(wrong.add('a')))).rejects.toMatchObject({ status: 401 })
    await wrong.clock.finish(wrong.keeper.save(wrong.add('b')))
    expect(wrong.keysIn(0)).toEqual(['a', 'b'])
  })

  test('a result that there is no room for fails before anything is lost, naming its step', async () => {
    const { clock, keeper, record, written, add } = open()
    const output = 'é'.repeat(30_000)
    for (const key of ['a', 'b', 'c']) await clock.finish(keeper.save(add(key, { output })))
    const saving = clock.finish(keeper.save(add('d', { output })))
    await expect(saving).rejects.toMatchObject({ code: 'step_records_too_large', stepId: 'd' })
    expect(written).toHaveLength(3)
    record.failure = { name: 'Error', message: 'it failed' }
    await clock.finish(keeper.save())
    const steps = readWorkflowRecord(written.at(-1))!.steps
    expect(steps.map(({ state }) => state)).toEqual(['completed', 'completed', 'completed', 'failed'])
    expect(steps[3]!.error).toMatchObject({ code: 'step_records_too_large' })
  })

  test('requests are numbered, on from those of the attempts before', async () => {
    const { clock, keeper, record, written, add } = open()
    Object.assign(record, { saves: 7 })
    await clock.finish(keeper.save(add('a')))
    await clock.finish(keeper.save(add('b')))
    expect(written).toMatchObject([{ workflow: { saves: 8 } }, { workflow: { saves: 9 } }])
  })

  test('where a try was given up it is seen to that its older records do not stay', async () => {
    const { clock, keeper, written, add, keysIn, slow, retrieved } = open()
    await clock.finish(keeper.save(add('a')))
    await clock.finish(keeper.settle())
    expect(retrieved()).toBe(0)
    slow(20_000)
    await clock.finish(keeper.save(add('b')))
    const late = written[0]!
    await clock.finish(keeper.save(add('c')))
    written.push(late)
    await clock.finish(keeper.settle())
    expect(keysIn(written.length - 1)).toEqual(['a', 'b', 'c'])
    await clock.finish(keeper.settle())
    expect(retrieved()).toBe(1)
  })

  test('a server that takes less says the same', async () => {
    const { clock, keeper, add } = open([refused(413)])
    const saving = clock.finish(keeper.save(add('a')))
    await expect(saving).rejects.toMatchObject({ code: 'step_records_too_large', stepId: 'a' })
  })

  test('a step that is being compensated stays known as completed, whatever there is room for', async () => {
    const { clock, keeper, record, written, add } = open([refused(413)])
    record.failure = { name: 'Error', message: 'it failed' }
    const step = add('a', { compensable: true, compensation: { state: 'completed', attempts: 1, startedAt: 1 } })
    await expect(clock.finish(keeper.save(step))).rejects.toMatchObject({ code: 'step_records_too_large' })
    await clock.finish(keeper.settle())
    expect(readWorkflowRecord(written.at(-1))!.steps).toMatchObject([
      { state: 'completed', compensation: { attempts: 1 } },
    ])
  })
})

test('what handlers have in the metadata takes its room', async () => {
  const { clock, keeper, add } = open([], 150_000)
  const saving = clock.finish(keeper.save(add('a', { output: 'x'.repeat(60_000) })))
  await expect(saving).rejects.toMatchObject({ code: 'step_records_too_large', stepId: 'a' })
})

describe('noting', () => {
  test('is told soon, once for all, and not at all where a save told it before', async () => {
    const { clock, keeper, written, add, keysIn } = open()
    add('a')
    keeper.note()
    keeper.note()
    await clock.finish(new Promise<void>((resolve) => void clock.setTimer(500, resolve)))
    expect(written).toHaveLength(1)
    expect(keysIn(0)).toEqual(['a'])
    keeper.note()
    await clock.finish(keeper.save(add('b')))
    await clock.finish(new Promise<void>((resolve) => void clock.setTimer(500, resolve)))
    expect(written).toHaveLength(2)
  })

  test('is told before the run waits or ends', async () => {
    const { clock, keeper, written, asked } = open()
    await keeper.settle()
    expect(written).toHaveLength(1)
    await clock.finish(keeper.settle())
    expect(asked).toHaveLength(1)
  })
})

test('an answer that there is no room for fails its step', async () => {
  const { keeper, add } = open()
  const output = 'x'.repeat(100_000)
  add('a', { output })
  const wait = add('b', { kind: 'waitForEvent', output, handle: 'waitpoint_1' })
  keeper.checkAnswer(wait)
  expect(wait).toMatchObject({ state: 'failed', error: { code: 'step_records_too_large' } })
  expect(wait).not.toHaveProperty('output')
})
