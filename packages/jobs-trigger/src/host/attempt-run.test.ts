import { sendJob } from '@cgk-platform/jobs-core'
import { afterEach, describe, expect, test, vi } from 'vitest'

import { createFakeEngine } from '../../test/kit/fake-engine.ts'
import { OrderMissingError, openWorkJob, workPayload, workTaskId } from '../../test/kit/open-work-job.ts'

afterEach(() => vi.unstubAllGlobals())

describe('an attempt that succeeds', () => {
  test.each<[string, unknown, unknown, string | undefined]>([
    ['an object', { done: true }, { done: true }, undefined],
    ['a string', 'done', 'done', undefined],
    ['nothing', undefined, undefined, 'none'],
    ['null', null, null, undefined],
    ['an empty string', '', '', 'empty text'],
    ['keys that the SDK rejects', { constructor: 1 }, '{"constructor":1}', 'json text'],
  ])('returns its output: %s', async (_, returned, output, kind) => {
    const { attempt } = await openWorkJob({ handler: () => returned })
    const result = await attempt(workTaskId, { payload: workPayload })
    expect([result.ok, result.output]).toEqual([true, output])
    const record = {
      definition: 'work',
      attempt: 1,
      maxAttempts: 3,
      startedAt: expect.any(Number) as number,
      output: kind ?? 'whole',
      ...(output !== undefined && { outputCopy: output }), // for lists
    }
    expect(result.metadata).toEqual({ job: record })
  })

  test('sends its record 100 ms after its start, and again at its end', async () => {
    const engine = createFakeEngine()
    const { attempt, clock } = await openWorkJob(
      {
        handler: async () => {
          await new Promise<void>((resolve) => void clock.setTimer(99, resolve))
          expect(engine.flushed).toEqual([])
          await new Promise<void>((resolve) => void clock.setTimer(500, resolve))
        },
      },
      { engine },
    )
    const { queued } = await attempt(workTaskId, { payload: workPayload })
    const record = { definition: 'work', attempt: 1, maxAttempts: 3, startedAt: expect.any(Number) as number }
    expect(engine.flushed).toEqual([[expect.objectContaining({ type: 'set', key: 'job', value: record })]])
    // The SDK would skip a value that it considers set, even if the request that set it failed.
    expect(queued.at(-1)).toEqual({ type: 'set', key: 'job', value: { ...record, output: 'none' } })
    expect(clock.pending()).toBe(0)
  })

  test('ends even if a metadata request gets no response', async () => {
    const engine = createFakeEngine()
    const { attempt, clock } = await openWorkJob(
      { handler: () => new Promise<void>((resolve) => void clock.setTimer(500, resolve)) },
      {
        engine,
        respond: (request, index) =>
          request.method === 'PUT' ? new Promise(() => undefined) : engine.respond(request, index),
      },
    )
    expect(await attempt(workTaskId, { payload: workPayload })).toMatchObject({ ok: true })
  })
})

describe('an attempt that fails', () => {
  test('records the start of the first attempt for the next ones', async () => {
    const { attempt, clock } = await openWorkJob({ handler: () => Promise.reject(new Error('no')) })
    const beganAt = clock.now()
    const { metadata } = await attempt(workTaskId, { payload: workPayload, maxAttempts: 4 })
    await clock.finish(new Promise<void>((resolve) => void clock.setTimer(10_000, resolve)))
    const next = await attempt(workTaskId, { payload: workPayload, attempt: 2, maxAttempts: 4, metadata })
    expect(clock.now()).toBeGreaterThan(beganAt)
    expect(next.metadata).toMatchObject({ job: { attempt: 2, startedAt: beganAt } })
  })

  test('is retried after the delay of its policy, and shows the thrown error', async () => {
    const thrown = new OrderMissingError('The order is missing.')
    const { attempt, clock } = await openWorkJob({ handler: () => Promise.reject(thrown) })
    const result = await attempt(workTaskId, { payload: workPayload, maxAttempts: 4 })
    expect(result).toMatchObject({ ok: false, skippedRetrying: false, retry: { delay: 10_000 } })
    expect(result.error).toMatchObject({
      type: 'BUILT_IN_ERROR',
      name: 'OrderMissingError',
      message: 'The order is missing.',
      stackTrace: thrown.stack,
    })
    expect(result.metadata).toEqual({
      job: {
        definition: 'work',
        attempt: 1,
        maxAttempts: 3,
        startedAt: expect.any(Number) as number,
        inPlace: 1,
        endedAt: clock.now(),
        retryAt: clock.now() + 10_000,
        error: { name: 'OrderMissingError', message: 'The order is missing.', code: 'order_missing' },
        stackCopy: thrown.stack,
      },
    })
  })

  test('limits the size of its record', async () => {
    const long = 'ä'.repeat(100_000)
    let error = new Error(long)
    for (let depth = 0; depth < 5; depth++) error = new Error(long, { cause: error })
    const { attempt } = await openWorkJob({ handler: () => Promise.reject(error) })
    const { metadata } = await attempt(workTaskId, { payload: workPayload })
    expect(Buffer.byteLength(JSON.stringify(metadata))).toBeLessThan(70 * 1024)
  })
})

describe("a handler's own sends", () => {
  test('go to the same environment and are not child runs, so a cancel of the run does not cancel them', async () => {
    const { attempt, engine } = await openWorkJob({
      handler: async () => (await sendJob('work.followed', { tenantId: 'acme' })).id,
    })
    expect(await attempt(workTaskId, { payload: workPayload })).toMatchObject({ ok: true, output: 'run_made1' })
    expect(engine.runs).toMatchObject([{ taskId: 'event-work__followed' }])
    expect(engine.runs[0]?.options['parentRunId']).toBeUndefined()
  })
})

describe('a process that executes several runs', () => {
  test('shares no state between them', async () => {
    const contexts: [string, boolean][] = []
    const first = new AbortController()
    const { attempt, task, clock } = await openWorkJob({
      handler: (_, { runId, signal }) => {
        contexts.push([runId, signal.aborted])
        throw new Error('no')
      },
    })
    const retryBefore = { ...(task(workTaskId)['retry'] as object) }
    await attempt(workTaskId, { payload: workPayload, runId: 'run_a', signal: first.signal, maxAttempts: 2 })
    first.abort()
    // The SDK's executor has written the first run's number of attempts into the task.
    const result = await attempt(workTaskId, { payload: workPayload, runId: 'run_b', attempt: 2 })
    expect(contexts).toEqual([
      ['run_a', false],
      ['run_b', false],
    ])
    expect(result).toMatchObject({ retry: { delay: 10_000 }, metadata: { job: { attempt: 2, maxAttempts: 3 } } })
    expect(retryBefore).toMatchObject({ maxAttempts: 250 })
    expect(clock.pending()).toBe(0)
  })
})

test('fails a run of a job task that was triggered by hand, and names the task to trigger', async () => {
  const handler = vi.fn<() => void>()
  const { attempt, logger } = await openWorkJob({ handler })
  const result = await attempt(workTaskId, { payload: { tenantId: 'acme' } })
  expect(result).toMatchObject({
    ok: false,
    skippedRetrying: true,
    error: { name: 'PayloadInvalidError' },
    metadata: { job: { failed: true, error: { code: 'payload_invalid' } } },
  })
  expect(result.error?.message).toContain('Trigger the task `event-work__asked` instead')
  expect(handler).not.toHaveBeenCalled()
  expect(logger.messages('error')).toEqual(['The run failed.'])
})
