import { defineJob, type Definition, NonRetryableError } from '@cgk-platform/jobs-core'
import { afterEach, describe, expect, test, vi } from 'vitest'

import { envelopeOf } from '../../test/kit/envelope-of.ts'
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

describe('the number of attempts', () => {
  test('is the one that the send asked for', async () => {
    const { attempt } = await open({ handler: () => Promise.reject(new Error('no')) })
    const given = { ...payload, envelope: envelopeOf({ maxAttempts: 5 }) }
    expect(await attempt(taskId, { payload: given, attempt: 4, maxAttempts: 6 })).toMatchObject({
      retry: { delay: 10_000 },
      metadata: { job: { attempt: 4, maxAttempts: 5 } },
    })
    expect((await attempt(taskId, { payload: given, attempt: 5, maxAttempts: 6 })).retry).toBeUndefined()
  })

  test('is lower where somebody triggered the run with fewer: the last of them ends it properly', async () => {
    const onFailure = vi.fn<() => void>()
    const { attempt } = await open({ handler: () => Promise.reject(new Error('no')), onFailure })
    const result = await attempt(taskId, { payload, attempt: 2, maxAttempts: 2 })
    expect(result).toMatchObject({ skippedRetrying: true, metadata: { job: { maxAttempts: 2, failed: true } } })
    expect(onFailure).toHaveBeenCalledTimes(1)
  })

  test('has one more for the server: where the process died in the last, that one ends the run', async () => {
    const handler = vi.fn<() => void>()
    const onFailure = vi.fn<() => void>()
    const { attempt } = await open({ handler, onFailure })
    const result = await attempt(taskId, { payload, attempt: 4, maxAttempts: 4 })
    expect(result).toMatchObject({
      ok: false,
      skippedRetrying: true,
      error: { name: 'AttemptsExhaustedError' },
      metadata: { job: { attempt: 3, maxAttempts: 3, failed: true } },
    })
    expect([handler.mock.calls.length, onFailure.mock.calls.length]).toEqual([0, 1])
  })

  test('ends with the last one that the server would make: a run goes back into its queue eleven times', async () => {
    const onFailure = vi.fn<() => void>()
    const slow = { maxAttempts: 12, backoff: 'fixed', initialDelay: '30s' } as const
    const { attempt } = await open({ retry: slow, handler: () => Promise.reject(new Error('no')), onFailure })
    const given = { ...payload, envelope: envelopeOf({ maxAttempts: 20 }) }
    const eleventh = await attempt(taskId, { payload: given, attempt: 11, maxAttempts: 21 })
    expect(eleventh).toMatchObject({ retry: { delay: 30_000 } })
    const twelfth = await attempt(taskId, { payload: given, attempt: 12, maxAttempts: 21, metadata: eleventh.metadata })
    expect(twelfth).toMatchObject({
      skippedRetrying: true,
      metadata: { job: { failed: true, error: { code: 'unsupported_feature', cause: { message: 'no' } } } },
    })
    expect(onFailure).toHaveBeenCalledTimes(1)
  })

  test('of tasks is at least what dispatching needs, and near the curve of the definition', async () => {
    const { task } = await open({ retry: { maxAttempts: 9, backoff: 'linear', initialDelay: '2s', maxDelay: '20s' } })
    const curve = { factor: 1.5, minTimeoutInMs: 2000, maxTimeoutInMs: 20_000, randomize: false }
    expect(task('job-work')['retry']).toEqual({ ...curve, maxAttempts: 10 })
    expect(task('event-work__asked')['retry']).toEqual({ ...curve, maxAttempts: 10 })
    expect(task('event-work__followed')['retry']).toMatchObject({ maxAttempts: 6 })
    expect((await open()).task('event-work__asked')['retry']).toMatchObject({ maxAttempts: 6, factor: 1 })
  })
})

describe("a project that has its tasks' retries turned off", () => {
  const retries = { enabledInDev: false }

  test('ends a run that is to be tried again: it is said, and the definition hears of it', async () => {
    const failures: string[] = []
    const { attempt, logger } = await open({
      handler: () => Promise.reject(new OrderGone('no')),
      onFailure: (error) => void failures.push(error.name),
    })
    const result = await attempt(taskId, { payload, retries })
    expect(result).toMatchObject({ ok: false, skippedRetrying: true })
    expect(failures).toEqual(['AttemptsExhaustedError'])
    expect(logger.messages('error')).toContainEqual(expect.stringContaining('`retries.enabledInDev: false`'))
    expect(result.metadata).toMatchObject({ job: { failed: true, attempt: 1, error: { code: 'order_gone' } } })
  })

  test('is as good as any other where the run has failed for good', async () => {
    const onFailure = vi.fn<() => void>()
    const { attempt, logger } = await open({ handler: () => Promise.reject(new NonRetryableError('no')), onFailure })
    await attempt(taskId, { payload, retries })
    expect(onFailure).toHaveBeenCalledTimes(1)
    expect(logger.messages('error')).toEqual(['The run failed.'])
  })
})
