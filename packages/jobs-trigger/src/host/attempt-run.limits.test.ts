import { calculateNextRetryDelay } from '@trigger.dev/core/v3'
import { afterEach, describe, expect, test, vi } from 'vitest'

import { envelopeOf } from '../../test/kit/envelope-of.ts'
import {
  OrderMissingError,
  openWorkJob,
  type WorkJobOptions,
  workPayload,
  workTaskId,
} from '../../test/kit/open-work-job.ts'

afterEach(() => vi.unstubAllGlobals())

describe('the number of attempts', () => {
  test('is at most the number that the run was triggered with', async () => {
    const onFailure = vi.fn<() => void>()
    const { attempt } = await openWorkJob({ handler: () => Promise.reject(new Error('no')), onFailure })
    const result = await attempt(workTaskId, { payload: workPayload, attempt: 2, maxAttempts: 2 })
    expect(result).toMatchObject({ skippedRetrying: true, metadata: { job: { maxAttempts: 2, failed: true } } })
    expect(onFailure).toHaveBeenCalledTimes(1)
  })

  test('is followed by an extra attempt that ends the run if its process died', async () => {
    const handler = vi.fn<() => void>()
    const onFailure = vi.fn<() => void>()
    const { attempt } = await openWorkJob({ handler, onFailure })
    const result = await attempt(workTaskId, { payload: workPayload, attempt: 4, maxAttempts: 250 })
    expect(result).toMatchObject({
      ok: false,
      skippedRetrying: true,
      error: { name: 'AttemptsExhaustedError' },
      metadata: { job: { attempt: 3, maxAttempts: 3, failed: true } },
    })
    expect([handler.mock.calls.length, onFailure.mock.calls.length]).toEqual([0, 1])
  })

  test('is followed by at most three extra attempts; after that, `onFailure` is not called again', async () => {
    const onFailure = vi.fn<() => void>()
    const { attempt, logger } = await openWorkJob({ onFailure })
    await attempt(workTaskId, { payload: workPayload, attempt: 6, maxAttempts: 250 })
    expect(onFailure).toHaveBeenCalledTimes(1)
    const result = await attempt(workTaskId, { payload: workPayload, attempt: 7, maxAttempts: 250 })
    expect(result).toMatchObject({
      skippedRetrying: true,
      error: { name: 'AttemptsExhaustedError' },
      metadata: { job: { attempt: 3, maxAttempts: 3, failed: true, error: { code: 'attempts_exhausted' } } },
    })
    expect(onFailure).toHaveBeenCalledTimes(1)
    expect(logger.messages('error').at(-1)).toContain('`onFailure` is not called again')
  })

  test('ends before the run would return to its queue for the twelfth time', async () => {
    const onFailure = vi.fn<() => void>()
    const slow = { maxAttempts: 12, backoff: 'fixed', initialDelay: '30s' } as const
    const { attempt } = await openWorkJob({ retry: slow, handler: () => Promise.reject(new Error('no')), onFailure })
    const payload = { ...workPayload, envelope: envelopeOf({ maxAttempts: 20 }) }
    const eleventh = await attempt(workTaskId, { payload, attempt: 11, maxAttempts: 21 })
    expect(eleventh).toMatchObject({ retry: { delay: 30_000 } })
    const twelfth = await attempt(workTaskId, { payload, attempt: 12, maxAttempts: 21, metadata: eleventh.metadata })
    expect(twelfth).toMatchObject({
      skippedRetrying: true,
      metadata: { job: { failed: true, error: { code: 'unsupported_feature', cause: { message: 'no' } } } },
    })
    expect(onFailure).toHaveBeenCalledTimes(1)
  })

  test('is not passed to the server, which would ignore a higher number of a send after a crash', async () => {
    const { task } = await openWorkJob()
    for (const id of ['job-work', 'event-work__asked', 'event-work__followed']) {
      expect(task(id)['retry']).toMatchObject({ maxAttempts: 250 })
    }
  })
})

describe('after a crash, the server retries', () => {
  type Retry = Required<NonNullable<WorkJobOptions['retry']>>
  const delaysOf = async (retried: Partial<Retry>) => {
    const { task } = await openWorkJob({ retry: { maxAttempts: 20, ...retried } })
    const crash = task('job-work')['retry'] as Parameters<typeof calculateNextRetryDelay>[0]
    return [1, 2, 3, 4, 5, 19].map((attempt) => calculateNextRetryDelay(crash, attempt))
  }

  test.each<[Partial<Retry>, number[]]>([
    [{ backoff: 'fixed', initialDelay: '2s' }, [2000, 2000, 2000, 2000, 2000, 2000]],
    [{ backoff: 'linear', initialDelay: '1s', maxDelay: '1m' }, [1000, 2000, 4000, 8000, 16_000, 60_000]],
    [{ backoff: 'exponential', initialDelay: '1s', maxDelay: '9s', factor: 3 }, [1000, 3000, 9000, 9000, 9000, 9000]],
    [{ backoff: () => '3h' }, [1000, 2000, 4000, 8000, 16_000, 60_000]], // the server cannot call it
  ])('by the policy %j', async (retried, delays) => {
    expect(await delaysOf(retried)).toEqual(delays)
  })

  test.each(['fixed', 'linear', 'exponential'] as const)(
    'after 1 ms for a %s policy without delay, because it takes a delay of zero for no retry',
    async (backoff) => {
      expect(await delaysOf({ backoff, initialDelay: 0, maxDelay: 0 })).toEqual([1, 1, 1, 1, 1, 1])
    },
  )
})

describe('a project with retries turned off', () => {
  const retries = { enabledInDev: false }

  test('fails a run that needs a retry: logs the reason and calls `onFailure`', async () => {
    const failures: string[] = []
    const { attempt, logger } = await openWorkJob({
      handler: () => Promise.reject(new OrderMissingError('no')),
      onFailure: (error) => void failures.push(error.name),
    })
    const result = await attempt(workTaskId, { payload: workPayload, retries })
    expect(result).toMatchObject({ ok: false, skippedRetrying: true })
    expect(failures).toEqual(['AttemptsExhaustedError'])
    expect(logger.messages('error')).toContainEqual(expect.stringContaining('`retries.enabledInDev: false`'))
    expect(result.metadata).toMatchObject({ job: { failed: true, attempt: 1, error: { code: 'order_missing' } } })
  })
})
