import { defineJob, type Definition } from '@cgk-platform/jobs-core'
import '@cgk-platform/test-kit/work'
import { afterEach, describe, expect, test, vi } from 'vitest'

import { envelopeOf } from '../../test/kit/envelope-of.ts'
import { createFakeEngine } from '../../test/kit/fake-engine.ts'
import { openTasks, type TasksOptions } from '../../test/kit/open-tasks.ts'
import { tagsOf } from '../wire/tags.ts'

afterEach(() => vi.unstubAllGlobals())

const taskId = 'event-work__asked'
const retry = { maxAttempts: 3, initialDelay: '10s', backoff: 'fixed' } as const

type Options = Partial<Parameters<typeof defineJob<'work.asked', unknown>>[0]>

function job(options: Options = {}): Definition {
  return defineJob({
    id: 'work',
    event: 'work.asked',
    handler: () => undefined,
    retry,
    ...options,
  }) as unknown as Definition
}

function open(options: Options = {}, setting?: TasksOptions) {
  return openTasks([job(options)], setting)
}

const payload = { envelope: envelopeOf() }

describe("an event's run", () => {
  test('completes with a warning if no job handles the event', async () => {
    const { attempt, logger } = await openTasks([])
    const result = await attempt(taskId, { payload })
    expect(result).toMatchObject({ ok: true, output: { runs: {} }, metadata: { job: { dispatched: {} } } })
    expect(logger.messages('warn')).toEqual([
      expect.stringContaining('No job handles `work.asked`, so its jobs end as `unhandled`.') as string,
    ])
  })

  const separateRuns: [string, Options, object][] = [
    ['has an idempotency key', {}, { envelope: envelopeOf({ idempotencyKey: 'k' }) }],
    ['has a limit over all tenants', { concurrency: 2 }, payload],
    ['has a limit for each tenant', { concurrency: { perTenant: 2 } }, payload],
    ['has a limit for each value', { concurrency: { key: 'id', limit: 2 } }, payload],
    ['is retried manually', {}, { ...payload, retry: { jobId: 'run_0', runs: { work: 'run_00' } } }],
    ['was unhandled, and is retried', {}, { ...payload, retry: { jobId: 'run_0', runs: {}, allBut: [] } }],
  ]
  test.each(separateRuns)('starts a separate run for a job that %s', async (_, options, taskPayload) => {
    const handler = vi.fn<() => void>()
    const { attempt, engine } = await open({ ...options, handler })
    const result = await attempt(taskId, { payload: taskPayload })
    expect(result).toMatchObject({ ok: true, output: { runs: { work: 'run_made1' } } })
    expect(result.metadata).toEqual({ job: { dispatched: { work: 'run_made1' } } })
    expect(handler).not.toHaveBeenCalled()
    expect(engine.runs).toMatchObject([{ taskId: 'job-work', options: { parentRunId: 'run_1' } }])
  })

  test.each([{}, { idempotencyKey: 'k' }])('starts nothing for an event that is only for waits: %j', async (key) => {
    const handler = vi.fn<() => void>()
    const { attempt, engine } = await open({ handler })
    const result = await attempt(taskId, { payload: { envelope: envelopeOf({ ...key, waitsOnly: true }) } })
    expect(result).toMatchObject({
      ok: true,
      output: { runs: {} },
      metadata: { job: { dispatched: {}, awaited: true } },
    })
    expect(handler).not.toHaveBeenCalled()
    expect(engine.runs).toEqual([])
  })

  test.each([2, { perTenant: 2 }, { key: 'id', limit: 2 }])(
    'has no queue with the limit of the job: %j',
    async (concurrency) => {
      const { task } = await open({ concurrency })
      expect([task(taskId)['queue'], task('job-work')['queue']]).toEqual([
        undefined,
        { name: 'job-work', concurrencyLimit: 2 },
      ])
    },
  )

  test('has its own queue even if it makes the attempts: the queue of a job is gone when the job is removed', async () => {
    const { task } = await open()
    expect([task(taskId)['queue'], task('job-work')['queue']]).toEqual([undefined, { name: 'job-work' }])
  })
})

test("an event's run makes the attempts of the only enabled definition", async () => {
  const [on, off] = [vi.fn<() => void>(), vi.fn<() => void>()]
  const { attempt, engine } = await openTasks([job({ id: 'off', enabled: false, handler: off }), job({ handler: on })])
  await attempt(taskId, { payload })
  expect([on.mock.calls.length, off.mock.calls.length, engine.runs]).toEqual([1, 0, []])
})

describe('the runs of several jobs', () => {
  const both = () => [job(), job({ id: 'other', concurrency: { perTenant: 1 } }), job({ id: 'third', concurrency: 3 })]

  test('are triggered with tags, a key and their concurrency key', async () => {
    const { attempt, engine } = await openTasks(both())
    await attempt(taskId, { payload: { envelope: envelopeOf({ maxAttempts: 7 }) } })
    const tagValues = { tenantId: 'acme', event: 'work.asked', jobId: 'run_1' }
    const runs = engine.runs.toSorted((one, other) => (one.taskId < other.taskId ? -1 : 1))
    expect(runs.map((run) => [run.taskId, run.payload, run.options])).toEqual(
      ['other', 'third', 'work'].map((id) => [
        `job-${id}`,
        { envelope: envelopeOf({ maxAttempts: 7 }), jobId: 'run_1' },
        expect.objectContaining({
          tags: tagsOf({ ...tagValues, definitionId: id }),
          ttl: 0,
          parentRunId: 'run_1',
          idempotencyKey: expect.stringMatching(/^[0-9a-f]{64}$/),
        }),
      ]),
    )
    expect(runs.map(({ options }) => options['concurrencyKey'])).toEqual(['acme', undefined, undefined])
  })

  test('have the concurrency key of their tenant and value', async () => {
    const byStore = job({ concurrency: { key: 'store.id', limit: 2 } })
    const { attempt, engine } = await openTasks([byStore])
    for (const [runId, store] of Object.entries({ run_1: { id: 7 }, run_2: { id: '7' }, run_3: 'none' })) {
      await attempt(taskId, { runId, payload: { envelope: envelopeOf({}, { store }) } })
    }
    expect(engine.runs.map(({ options }) => options['concurrencyKey'])).toEqual(['acme,7', 'acme,7', 'acme'])
  })

  test('are locked to the version that starts them, because a later one may not have the job', async () => {
    const { attempt, engine } = await openTasks(both())
    await attempt(taskId, { payload, version: '20260301.7' })
    expect(engine.runs.map(({ options }) => options['lockToVersion'])).toEqual(Array(3).fill('20260301.7'))
  })

  test('are not locked to a version in development, where a version ends with the next change', async () => {
    const { attempt, engine } = await openTasks(both())
    await attempt(taskId, { payload })
    expect(engine.runs.every(({ options }) => options['lockToVersion'] === undefined)).toBe(true)
  })

  test('are started once, even if one has failed and freed its key', async () => {
    const engine = createFakeEngine()
    const first = await openTasks(both(), { engine })
    await first.attempt(taskId, { payload })
    for (const { taskId: taskIdentifier, options } of engine.runs) {
      await fetch(`http://trigger.test/api/v1/idempotencyKeys/${String(options['idempotencyKey'])}/reset`, {
        method: 'POST',
        body: JSON.stringify({ taskIdentifier }),
      })
    }
    await first.attempt(taskId, { payload, attempt: 2 })
    expect(engine.runs).toHaveLength(3)
  })

  test('are completed by the next attempt if some could not be started', async () => {
    let isBroken = true
    const engine = createFakeEngine(({ url }) =>
      isBroken && url.pathname.includes('job-other') ? { status: 400, body: { error: 'no' } } : undefined,
    )
    const { attempt, logger } = await openTasks(both(), { engine })
    const failed = await attempt(taskId, { payload, attempt: 1, maxAttempts: 250 })
    expect(failed).toMatchObject({ ok: false, retry: { delay: 1000 }, error: { name: 'DispatchFailure' } })
    expect(failed.error?.message).toContain('no')
    expect(logger.messages('warn')).toEqual(['A run failed before its job could start. It will be retried.'])
    isBroken = false
    expect(await attempt(taskId, { payload, attempt: 2, maxAttempts: 250 })).toMatchObject({ ok: true })
    expect(engine.runs.map((run) => run.taskId).toSorted()).toEqual(['job-other', 'job-third', 'job-work'])
  })

  test('fail the job after six attempts to start them, with an error in the log', async () => {
    const engine = createFakeEngine(({ url }) =>
      url.pathname.includes('/trigger') ? { status: 422, body: { error: 'no' } } : undefined,
    )
    const { attempt, logger } = await openTasks(both(), { engine })
    const pauses: unknown[] = []
    for (const number of [1, 2, 5, 6]) {
      pauses.push((await attempt(taskId, { payload, attempt: number, maxAttempts: 250 })).retry?.delay)
    }
    expect(pauses).toEqual([1000, 2000, 16_000, undefined])
    expect(logger.messages('error')).toEqual(['A run failed before its job could start.'])
  })

  test('are cancelled if the cancel arrives after the last one was started', async () => {
    const cancel = new AbortController()
    const { attempt, engine, clock } = await openTasks(both())
    Object.assign(clock, { yield: async () => cancel.abort() })
    await attempt(taskId, { payload, signal: cancel.signal })
    expect(engine.cancelled.toSorted()).toEqual(['run_made1', 'run_made2', 'run_made3'])
  })

  test('are started only for the failed definitions in a manual retry, and name the run that they replace and the time of the retry', async () => {
    const { attempt, engine, logger } = await openTasks(both())
    const runs = { other: 'run_failed', missing: 'run_missing' }
    const result = await attempt(taskId, { payload: { ...payload, retry: { jobId: 'run_0', runs } } })
    expect(result.output).toEqual({ runs: { other: 'run_made1' } })
    expect(engine.runs[0]).toMatchObject({
      payload: { jobId: 'run_0', retryOf: 'run_failed', retriedAt: 5000 },
      options: { tags: expect.arrayContaining(['job:run_0']) },
    })
    expect(logger.messages('warn')).toEqual(['Cannot retry some definitions of a job, because they no longer exist.'])
  })

  test('are not started for a disabled definition, except in a manual retry', async () => {
    const { attempt, engine } = await openTasks([...both(), job({ id: 'off', enabled: false })])
    await attempt(taskId, { payload })
    expect(engine.runs.map((run) => run.taskId)).not.toContain('job-off')
    await attempt(taskId, { payload: { ...payload, retry: { jobId: 'run_0', runs: { off: 'run_failed' } } } })
    expect(engine.runs.at(-1)?.taskId).toBe('job-off')
  })

  test('are started for all definitions without a run in a retry of a job that failed early', async () => {
    const { attempt, engine } = await openTasks(both())
    const retryPayload = { ...payload, retry: { jobId: 'run_0', runs: {}, allBut: ['work'] } }
    const result = await attempt(taskId, { payload: retryPayload })
    expect(Object.keys((result.output as { runs: object }).runs).toSorted()).toEqual(['other', 'third'])
    expect(engine.runs.map((run) => run.payload)).toEqual([
      expect.objectContaining({ retriedAt: 5000 }),
      expect.objectContaining({ retriedAt: 5000 }),
    ])
  })
})

describe("a run from the dashboard's test page", () => {
  test("gets the event's payload, with the tenant that it names", async () => {
    const seen: unknown[] = []
    const { attempt } = await open({ handler: (event) => void seen.push(event) })
    await attempt(taskId, { payload: { tenantId: 'acme', number: 7 } })
    expect(seen).toEqual([
      { id: 'run_1', name: 'work.asked', payload: { tenantId: 'acme', number: 7 }, sentAt: new Date(5000) },
    ])
  })

  test('fails without a retry if the payload is invalid, and names the problem', async () => {
    const counted = defineJob({ id: 'count', event: 'work.counted', handler: () => undefined })
    const { attempt } = await openTasks([counted as unknown as Definition])
    const result = await attempt('event-work__counted', { payload: { tenantId: 'acme', number: 'x' } })
    expect(result).toMatchObject({ ok: false, skippedRetrying: true, error: { name: 'PayloadInvalidError' } })
    expect(result.error?.message).toContain('must be a number')
    expect(result.metadata).toMatchObject({ job: { failed: true, error: { code: 'payload_invalid' } } })
  })
})
