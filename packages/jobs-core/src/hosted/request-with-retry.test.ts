import { describe, expect, test } from 'vitest'

import { createManualClock } from '../../test/kit/manual-clock.ts'
import { requestWithRetry, type RequestRetryOptions } from './request-with-retry.ts'
import { type Failure, RequestFailure } from './request-failure.ts'

const away: Failure = { problem: 'it is away', mayHaveSucceeded: false, isTransient: true, isFromEngine: false }
const lost: Failure = { ...away, problem: 'the answer was lost', mayHaveSucceeded: true }
const refused: Failure = { ...away, problem: 'it refuses', isTransient: false }

/**
 * Requests from an engine that fails with these failures, then succeeds. Returns the result and the times of the
 * attempts.
 */
async function requestFailing(failures: readonly Failure[], options: Partial<RequestRetryOptions> = {}) {
  const clock = createManualClock(0)
  const attemptedAt: number[] = []
  const request = async (): Promise<string> => {
    const failure = failures[attemptedAt.length]
    attemptedAt.push(clock.now())
    if (failure) throw new RequestFailure(failure, { cause: 'why' })
    return 'answer'
  }
  const pending = requestWithRetry(request, { clock, ...options }).catch((error: unknown) => error as RequestFailure)
  for (let turn = 0; turn < 10; turn++) await clock.advance(1000)
  return { result: await pending, attemptedAt }
}

describe('requestWithRetry', () => {
  test('retries after increasing pauses, with at most four attempts', async () => {
    expect(await requestFailing([away, lost, away])).toEqual({ result: 'answer', attemptedAt: [0, 100, 300, 700] })
    const { result, attemptedAt } = await requestFailing([away, away, away, away])
    expect([result, attemptedAt.length]).toEqual([expect.objectContaining({ failure: away, cause: 'why' }), 4])
    expect((await requestFailing([away, away, away, away], { maxAttempts: 5 })).result).toBe('answer')
  })

  test('spreads the retries of several processes with jitter', async () => {
    expect((await requestFailing([away, away], { jitter: () => 0.5 })).attemptedAt).toEqual([0, 150, 450])
  })

  test('does not retry a permanent failure', async () => {
    expect(await requestFailing([refused])).toMatchObject({ result: { failure: refused }, attemptedAt: [0] })
  })

  test('retries after the requested delay, and not at all if it is too long', async () => {
    expect((await requestFailing([{ ...away, retryAfterMs: 3000 }])).attemptedAt).toEqual([0, 3000])
    expect((await requestFailing([{ ...away, retryAfterMs: 5001 }])).attemptedAt).toEqual([0])
  })

  test('reports that a request may have succeeded if one response was lost', async () => {
    const { result } = await requestFailing([lost, refused])
    expect(result).toMatchObject({ failure: { problem: 'it refuses', mayHaveSucceeded: true } })
  })

  test('does not repeat a request that is not idempotent and may have succeeded', async () => {
    expect((await requestFailing([away, lost], { isIdempotent: false })).attemptedAt).toEqual([0, 100])
  })
})

test('ends an attempt after its timeout and aborts its signal', async () => {
  const clock = createManualClock(0)
  const signals: AbortSignal[] = []
  const silent = (signal: AbortSignal): Promise<never> => {
    signals.push(signal)
    return new Promise(() => undefined)
  }
  const pending = requestWithRetry(silent, { clock, timeoutMs: 50, maxAttempts: 1 }).catch(
    (error: unknown) => error as RequestFailure,
  )
  await clock.advance(50)
  expect(await pending).toMatchObject({ message: 'no response within 50 ms', failure: { mayHaveSucceeded: true } })
  expect([signals[0]!.aborted, clock.pendingTimers()]).toEqual([true, 0])
})

test('passes through other errors', async () => {
  const fail = async (): Promise<never> => {
    throw new TypeError('odd')
  }
  await expect(requestWithRetry(fail, { clock: createManualClock(0) })).rejects.toThrow(TypeError)
})
