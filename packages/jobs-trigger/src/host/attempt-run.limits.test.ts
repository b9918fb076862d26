import { defineJob, type Definition } from '@cgk-platform/jobs-core'
import { calculateNextRetryDelay } from '@trigger.dev/core/v3'
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
    const result = await attempt(taskId, { payload, attempt: 4, maxAttempts: 250 })
    expect(result).toMatchObject({
      ok: false,
      skippedRetrying: true,
      error: { name: 'AttemptsExhaustedError' },
      metadata: { job: { attempt: 3, maxAttempts: 3, failed: true } },
    })
    expect([handler.mock.calls.length, onFailure.mock.calls.length]).toEqual([0, 1])
  })

  test('is exceeded three times at the most: an `onFailure` in which the process died thrice is not called again', async () => {
    const onFailure = vi.fn<() => void>()
    const { attempt, logger } = await open({ onFailure })
    await attempt(taskId, { payload, attempt: 6, maxAttempts: 250 })
    expect(onFailure).toHaveBeenCalledTimes(1)
    const result = await attempt(taskId, { payload, attempt: 7, maxAttempts: 250 })
    expect(result).toMatchObject({
      skippedRetrying: true,
      error: { name: 'AttemptsExhaustedError' },
      metadata: { job: { attempt: 3, maxAttempts: 3, failed: true, error: { code: 'attempts_exhausted' } } },
    })
    expect(onFailure).toHaveBeenCalledTimes(1)
    expect(logger.messages('error').at(-1)).toContain('its process died in `onFailure`')
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

  test("is none of the server's, which would end a run that a send gave more when its process dies", async () => {
    const { task } = await open()
    for (const id of ['job-work', 'event-work__asked', 'event-work__followed']) {
      expect(task(id)['retry']).toMatchObject({ maxAttempts: 250 })
    }
  })
})

describe('where the process died, the server tries again', () => {
  type Retry = Required<NonNullable<Options['retry']>>
  const delaysOf = async (retried: Partial<Retry>) => {
    const { task } = await open({ retry: { maxAttempts: 20, ...retried } })
    const crash = task('job-work')['retry'] as Parameters<typeof calculateNextRetryDelay>[0]
    return [1, 2, 3, 4, 5, 19].map((attempt) => calculateNextRetryDelay(crash, attempt))
  }

  test.each<[Partial<Retry>, number[]]>([
    [{ backoff: 'fixed', initialDelay: '2s' }, [2000, 2000, 2000, 2000, 2000, 2000]],
    [{ backoff: 'linear', initialDelay: '1s', maxDelay: '1m' }, [1000, 2000, 4000, 8000, 16_000, 60_000]],
    [{ backoff: 'exponential', initialDelay: '1s', maxDelay: '9s', factor: 3 }, [1000, 3000, 9000, 9000, 9000, 9000]],
  ])('no earlier than %j says', async (retried, delays) => {
    expect(await delaysOf(retried)).toEqual(delays)
  })

  test.each(['fixed', 'linear', 'exponential'] as const)(
    'also by %s delays of nothing, which it would take for no retry at all',
    async (backoff) => {
      expect(await delaysOf({ backoff, initialDelay: 0, maxDelay: 0 })).toEqual([1, 1, 1, 1, 1, 1])
    },
  )
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
})
