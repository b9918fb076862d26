import { describe, expect, test } from 'vitest'

import { createManualClock } from '../../test/kit/manual-clock.ts'
import { requestWithRetry, type RequestRetryOptions } from './request-with-retry.ts'
import { type Failure, RequestFailure } from './request-failure.ts'

const away: Failure = { problem: 'it is away', mayHaveSucceeded: false, isTransient: true, isFromEngine: false }
const lost: Failure = { ...away, problem: 'the answer was lost', mayHaveSucceeded: true }
const refused: Failure = { ...away, problem: 'it refuses', isTransient: false }

/** Asks an engine that fails so in turn, and then answers. Tells what came of it and when each try was made. */
async function askFailing(failures: readonly Failure[], options: Partial<RequestRetryOptions> = {}) {
  const clock = createManualClock(0)
  const triedAt: number[] = []
  const request = async (): Promise<string> => {
    const failure = failures[triedAt.length]
    triedAt.push(clock.now())
    if (failure) throw new RequestFailure(failure, { cause: 'why' })
    return 'answer'
  }
  const asking = requestWithRetry(request, { clock, ...options }).catch((error: unknown) => error as RequestFailure)
  for (let turn = 0; turn < 10; turn++) await clock.advance(1000)
  return { came: await asking, triedAt }
}

describe('an engine', () => {
  test('is asked again after ever longer pauses, four times at most', async () => {
    expect(await askFailing([away, lost, away])).toEqual({ came: 'answer', triedAt: [0, 100, 300, 700] })
    const { came, triedAt } = await askFailing([away, away, away, away])
    expect([came, triedAt.length]).toEqual([expect.objectContaining({ failure: away, cause: 'why' }), 4])
    expect((await askFailing([away, away, away, away], { maxAttempts: 5 })).came).toBe('answer')
  })

  test('is asked by several processes at different instants', async () => {
    expect((await askFailing([away, away], { jitter: () => 0.5 })).triedAt).toEqual([0, 150, 450])
  })

  test('is not asked again where that mends nothing', async () => {
    expect(await askFailing([refused])).toMatchObject({ came: { failure: refused }, triedAt: [0] })
  })

  test('is asked again when it says, and not at all where that is too far off', async () => {
    expect((await askFailing([{ ...away, retryAfterMs: 3000 }])).triedAt).toEqual([0, 3000])
    expect((await askFailing([{ ...away, retryAfterMs: 5001 }])).triedAt).toEqual([0])
  })

  test('may have done what it was asked where one answer of several was lost', async () => {
    const { came } = await askFailing([lost, refused])
    expect(came).toMatchObject({ failure: { problem: 'it refuses', mayHaveSucceeded: true } })
  })

  test('is not asked twice for what must not be done twice', async () => {
    expect((await askFailing([away, lost], { isIdempotent: false })).triedAt).toEqual([0, 100])
  })
})

test('a try is given up after its time, and its signal aborts', async () => {
  const clock = createManualClock(0)
  const signals: AbortSignal[] = []
  const silent = (signal: AbortSignal): Promise<never> => {
    signals.push(signal)
    return new Promise(() => undefined)
  }
  const asking = requestWithRetry(silent, { clock, timeoutMs: 50, maxAttempts: 1 }).catch(
    (error: unknown) => error as RequestFailure,
  )
  await clock.advance(50)
  expect(await asking).toMatchObject({ message: 'no response within 50 ms', failure: { mayHaveSucceeded: true } })
  expect([signals[0]!.aborted, clock.pendingTimers()]).toEqual([true, 0])
})

test('an error that is no failure of a request is told as it is', async () => {
  const fail = async (): Promise<never> => {
    throw new TypeError('odd')
  }
  await expect(requestWithRetry(fail, { clock: createManualClock(0) })).rejects.toThrow(TypeError)
})
