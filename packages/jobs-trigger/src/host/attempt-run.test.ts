import { defineJob, type Definition, sendJob } from '@cgk-platform/jobs-core'
import { afterEach, describe, expect, test, vi } from 'vitest'

import { envelopeOf } from '../../test/kit/envelope-of.ts'
import { createFakeEngine } from '../../test/kit/fake-engine.ts'
import { openTasks, type TasksSetting } from '../../test/kit/open-tasks.ts'
import '../../test/kit/work.ts'

afterEach(() => vi.unstubAllGlobals())

const taskId = 'job-work'
const retry = { maxAttempts: 3, initialDelay: '10s', backoff: 'fixed' } as const
const payload = { envelope: envelopeOf(), jobId: 'run_0' }

type Options = Partial<Parameters<typeof defineJob<'work.asked', unknown>>[0]>

function open(options: Options = {}, setting?: TasksSetting) {
  const definition = defineJob({ id: 'work', event: 'work.asked', handler: () => undefined, retry, ...options })
  return openTasks([definition as unknown as Definition], setting)
}

class OrderGone extends TypeError {
  override readonly name: string = 'OrderGone'
  readonly code = 'order_gone'
}

describe('an attempt that succeeds', () => {
  test.each<[string, unknown, unknown, string | undefined]>([
    ['an object', { done: true }, { done: true }, undefined],
    ['a text', 'done', 'done', undefined],
    ['nothing', undefined, undefined, 'none'],
    ['null', null, null, undefined],
    ['an empty text', '', '', 'empty text'],
    ['keys that the SDK refuses', { constructor: 1 }, '{"constructor":1}', 'json text'],
  ])('tells its output: %s', async (_, returned, output, kind) => {
    const { attempt } = await open({ handler: () => returned })
    const result = await attempt(taskId, { payload })
    expect([result.ok, result.output]).toEqual([true, output])
    const record = {
      definition: 'work',
      attempt: 1,
      maxAttempts: 3,
      startedAt: expect.any(Number) as number,
      output: kind ?? 'whole',
    }
    expect(result.metadata).toEqual({ job: record })
  })

  test('is told of 100 ms after it began, and again at its end', async () => {
    const engine = createFakeEngine()
    const { attempt, clock } = await open(
      {
        handler: async () => {
          await new Promise<void>((resolve) => void clock.setTimer(99, resolve))
          expect(engine.flushed).toEqual([])
          await new Promise<void>((resolve) => void clock.setTimer(500, resolve))
        },
      },
      { engine },
    )
    const { queued } = await attempt(taskId, { payload })
    const record = { definition: 'work', attempt: 1, maxAttempts: 3, startedAt: expect.any(Number) as number }
    expect(engine.flushed).toEqual([[expect.objectContaining({ type: 'set', key: 'job', value: record })]])
    // The SDK would leave out what it thinks is set, also where that request failed.
    expect(queued.at(-1)).toEqual({ type: 'set', key: 'job', value: { ...record, output: 'none' } })
    expect(clock.pending()).toBe(0)
  })

  test('does not wait for a request that does not end', async () => {
    const engine = createFakeEngine()
    const { attempt, clock } = await open(
      { handler: () => new Promise<void>((resolve) => void clock.setTimer(500, resolve)) },
      {
        engine,
        answer: (asked, index) => (asked.method === 'PUT' ? new Promise(() => undefined) : engine.answer(asked, index)),
      },
    )
    expect(await attempt(taskId, { payload })).toMatchObject({ ok: true })
  })
})

describe('an attempt that fails', () => {
  test('leaves word of when the first one began, which the next one keeps', async () => {
    const { attempt, clock } = await open({ handler: () => Promise.reject(new Error('no')) })
    const beganAt = clock.now()
    const { metadata } = await attempt(taskId, { payload, maxAttempts: 4 })
    await clock.finish(new Promise<void>((resolve) => void clock.setTimer(10_000, resolve)))
    const next = await attempt(taskId, { payload, attempt: 2, maxAttempts: 4, metadata })
    expect(clock.now()).toBeGreaterThan(beganAt)
    expect(next.metadata).toMatchObject({ job: { attempt: 2, startedAt: beganAt } })
  })

  test('is tried again when its policy says, and shows what was thrown', async () => {
    const thrown = new OrderGone('The order is gone.')
    const { attempt, clock } = await open({ handler: () => Promise.reject(thrown) })
    const result = await attempt(taskId, { payload, maxAttempts: 4 })
    expect(result).toMatchObject({ ok: false, skippedRetrying: false, retry: { delay: 10_000 } })
    expect(result.error).toMatchObject({
      type: 'BUILT_IN_ERROR',
      name: 'OrderGone',
      message: 'The order is gone.',
      stackTrace: thrown.stack,
    })
    expect(result.metadata).toEqual({
      job: {
        definition: 'work',
        attempt: 1,
        maxAttempts: 3,
        startedAt: expect.any(Number) as number,
        inPlace: 1,
        retryAt: clock.now() + 10_000,
        error: { name: 'OrderGone', message: 'The order is gone.', code: 'order_gone' },
      },
    })
  })

  test('keeps the size of its record within what a run can have', async () => {
    const long = 'ä'.repeat(100_000)
    let error = new Error(long)
    for (let depth = 0; depth < 5; depth++) error = new Error(long, { cause: error })
    const { attempt } = await open({ handler: () => Promise.reject(error) })
    const { metadata } = await attempt(taskId, { payload })
    expect(Buffer.byteLength(JSON.stringify(metadata))).toBeLessThan(70 * 1024)
  })
})

describe("a handler's own sends", () => {
  test('go to the same environment, and are no children of the run, which a cancel would take along', async () => {
    const { attempt, engine } = await open({
      handler: async () => (await sendJob('work.followed', { tenantId: 'acme' })).id,
    })
    expect(await attempt(taskId, { payload })).toMatchObject({ ok: true, output: 'run_made1' })
    expect(engine.runs).toMatchObject([{ taskId: 'event-work__followed' }])
    expect(engine.runs[0]?.options['parentRunId']).toBeUndefined()
  })
})

describe('a process that makes one run after another', () => {
  test('keeps nothing of the one before', async () => {
    const contexts: [string, boolean][] = []
    const first = new AbortController()
    const { attempt, task, clock } = await open({
      handler: (_, { runId, signal }) => {
        contexts.push([runId, signal.aborted])
        throw new Error('no')
      },
    })
    const retryBefore = { ...(task(taskId)['retry'] as object) }
    await attempt(taskId, { payload, runId: 'run_a', signal: first.signal, maxAttempts: 2 })
    first.abort()
    // The vendor's executor has put that run's number of attempts into the task itself.
    const result = await attempt(taskId, { payload, runId: 'run_b', attempt: 2 })
    expect(contexts).toEqual([
      ['run_a', false],
      ['run_b', false],
    ])
    expect(result).toMatchObject({ retry: { delay: 10_000 }, metadata: { job: { attempt: 2, maxAttempts: 3 } } })
    expect(retryBefore).toMatchObject({ maxAttempts: 250 })
    expect(clock.pending()).toBe(0)
  })
})

test('a run of a job that was triggered by hand is refused with what is missing', async () => {
  const handler = vi.fn<() => void>()
  const { attempt, logger } = await open({ handler })
  const result = await attempt(taskId, { payload: { tenantId: 'acme' } })
  expect(result).toMatchObject({
    ok: false,
    skippedRetrying: true,
    error: { name: 'PayloadInvalidError' },
    metadata: { job: { failed: true, error: { code: 'payload_invalid' } } },
  })
  expect(result.error?.message).toContain('this task is triggered by the one of its event')
  expect(handler).not.toHaveBeenCalled()
  expect(logger.messages('error')).toEqual(['The run failed.'])
})
