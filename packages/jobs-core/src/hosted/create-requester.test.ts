import { describe, expect, test } from 'vitest'

import { createManualClock } from '../../test/kit/manual-clock.ts'
import { createRequester, type RequestOptions, type RequesterOptions } from './create-requester.ts'
import { type Failure, RequestFailure } from './request-failure.ts'

const away: Failure = { problem: 'it is away', mayHaveSucceeded: false, isTransient: true, isFromEngine: false }
const lost: Failure = { ...away, problem: 'the answer was lost', mayHaveSucceeded: true }
const refused: Failure = { ...away, problem: 'it refuses', isTransient: false }

/**
 * Requests from an engine that fails with these failures, then succeeds. Returns the result and the times of the
 * attempts.
 */
async function requestFailing(failures: readonly Failure[], options: RequestOptions = {}) {
  const clock = createManualClock(0)
  const attemptedAt: number[] = []
  const request = async (): Promise<string> => {
    const failure = failures[attemptedAt.length]
    attemptedAt.push(clock.now())
    if (failure) throw new RequestFailure(failure, { cause: 'why' })
    return 'answer'
  }
  const pending = createRequester({ clock })(request, options).catch((error: unknown) => error as RequestFailure)
  for (let turn = 0; turn < 10; turn++) await clock.advance(1000)
  return { result: await pending, attemptedAt }
}

describe('createRequester', () => {
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
    expect((await requestFailing([{ ...away, status: 503, retryAfterMs: 5001 }])).attemptedAt).toEqual([0, 5001])
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
  const pending = createRequester({ clock })(silent, { timeoutMs: 50, maxAttempts: 1 }).catch(
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
  await expect(createRequester({ clock: createManualClock(0) })(fail)).rejects.toThrow(TypeError)
})

describe('a rate limit', () => {
  const limited = (retryAfterMs?: number): Failure => ({ ...away, problem: 'too many', status: 429, retryAfterMs })

  /** Makes requests to an engine whose responses `respond` decides. Returns the results and the times of all attempts. */
  async function requestMany(
    count: number,
    respond: (attempt: number, now: number) => Failure | undefined,
    options: Partial<RequesterOptions> = {},
  ) {
    const clock = createManualClock(0)
    const requester = createRequester({ clock, ...options })
    const attemptedAt: number[] = []
    const request = async (): Promise<number> => {
      const failure = respond(attemptedAt.push(clock.now()), clock.now())
      if (failure) throw new RequestFailure(failure)
      return clock.now()
    }
    const results = Array.from({ length: count }, () =>
      requester(request, { isIdempotent: false }).catch(
        ({ failure }: RequestFailure) => [clock.now(), failure] as const,
      ),
    )
    await clock.advance(600_000)
    return { results: await Promise.all(results), attemptedAt }
  }

  test('delays a refused request as long as the engine asks, without counting it as an attempt', async () => {
    const { results, attemptedAt } = await requestMany(1, (attempt) => (attempt <= 6 ? limited(8000) : undefined))
    expect([results, attemptedAt]).toEqual([[48_000], [0, 8000, 16_000, 24_000, 32_000, 40_000, 48_000]])
  })

  test('delays the other requests of the client too', async () => {
    const { results, attemptedAt } = await requestMany(
      3,
      (attempt, now) => (attempt > 1 && now < 10_000 ? limited(10_000 - now) : undefined),
      { maxParallel: 1 },
    )
    expect([results, attemptedAt]).toEqual([
      [0, 10_000, 10_000],
      [0, 0, 10_000, 10_000],
    ])
  })

  test('backs off if the engine does not say how long to wait, or says nothing useful', async () => {
    for (const retryAfterMs of [undefined, 0]) {
      const { attemptedAt } = await requestMany(1, (attempt) => (attempt <= 8 ? limited(retryAfterMs) : undefined))
      expect(attemptedAt).toEqual([0, 100, 300, 700, 1500, 3100, 6300, 11_300, 16_300])
    }
  })

  test('fails a request at once if the engine requests more than the budget, and says when to try again', async () => {
    const { results } = await requestMany(1, () => limited(61_000))
    const remedy = 'Try again in 61 s, send fewer requests, or raise `maxRateLimitWait` (60 s).'
    expect(results).toEqual([[0, expect.objectContaining({ remedy, status: 429, mayHaveSucceeded: false })]])
  })

  test('fails each request within the budget if the engine accepts none', async () => {
    const { results } = await requestMany(3, () => limited(25_000), { maxRateLimitWaitMs: 50_000 })
    expect(results.map((one) => (one as readonly [number, Failure])[0])).toEqual([50_000, 50_000, 50_000])
  })

  test('does not wait again for later requests while the engine accepts none', async () => {
    const clock = createManualClock(0)
    const requester = createRequester({ clock, maxParallel: 1 })
    const endedAt: number[] = []
    const sendAll = async (): Promise<void> => {
      for (let index = 0; index < 3; index++) {
        await requester(() => Promise.reject(new RequestFailure(limited(20_000)))).catch(() => undefined)
        endedAt.push(clock.now())
      }
    }
    const sending = sendAll()
    await clock.advance(600_000)
    await sending
    expect(endedAt).toEqual([60_000, 60_000, 60_000])
  })

  test('waits again after a quiet time', async () => {
    const clock = createManualClock(0)
    const requester = createRequester({ clock })
    const endedAt: number[] = []
    const send = async (): Promise<void> => {
      await requester(() => Promise.reject(new RequestFailure(limited(40_000)))).catch(() => undefined)
      endedAt.push(clock.now())
    }
    void send()
    await clock.advance(200_000)
    void send()
    await clock.advance(200_000)
    expect(endedAt).toEqual([40_000, 240_000])
  })
})

describe('the wall clock during a rate limit', () => {
  const refusal = (retryAfterMs?: number) => new RequestFailure({ ...away, status: 429, retryAfterMs })

  test('can be set without ending or extending the pauses', async () => {
    const clock = createManualClock(0)
    let setMs = 0
    const wall = { ...clock, now: () => clock.now() + setMs, elapsed: () => clock.now() }
    const requester = createRequester({ clock: wall })
    const attemptedAt: number[] = []
    const failures = [refusal(200), undefined, refusal(1000), refusal(1000), undefined, undefined]
    const send = () =>
      requester(async () => {
        const failure = failures[attemptedAt.length]
        attemptedAt.push(clock.now())
        if (failure) throw failure
      })
    void send()
    await clock.advance(200)
    setMs = -7_200_000
    void send()
    await clock.advance(2000)
    setMs = -7_204_000
    void send()
    await clock.advance(0)
    expect(attemptedAt).toEqual([0, 200, 200, 1200, 2200, 2200])
  })

  test('a pause for another request never makes a request repeat at once', async () => {
    const clock = createManualClock(0)
    const requester = createRequester({ clock, maxRateLimitWaitMs: 6000 })
    const attemptedAt: number[] = []
    const first = requester(async () => {
      attemptedAt.push(clock.now())
      throw refusal(attemptedAt.length === 1 ? 2500 : undefined)
    }).catch(() => undefined)
    await clock.advance(2600)
    const second = requester(async () => {
      throw refusal(5000)
    }).catch(() => undefined)
    await clock.advance(20_000)
    await Promise.all([first, second])
    const gaps = attemptedAt.slice(1).map((at, index) => at - attemptedAt[index]!)
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(200)
  })
})

test('a paused request leaves its slot to others', async () => {
  const clock = createManualClock(0)
  const requester = createRequester({ clock, maxParallel: 1 })
  const endedAt: number[] = []
  let tries = 0
  const failing = requester(async () => {
    if (tries++ === 0) throw new RequestFailure({ ...away, retryAfterMs: 4000 })
  }).then(() => endedAt.push(clock.now()))
  const other = requester(async () => undefined).then(() => endedAt.push(clock.now()))
  await clock.advance(10_000)
  await Promise.all([failing, other])
  expect(endedAt).toEqual([0, 4000])
})

test('runs at most `maxParallel` requests at once, in order', async () => {
  const clock = createManualClock(0)
  const requester = createRequester({ clock, maxParallel: 2 })
  const began: number[] = []
  const pending = [1, 2, 3, 4, 5].map((index) =>
    requester(async () => {
      began.push(index)
      await new Promise<void>((resolve) => clock.setTimer(10, resolve))
    }),
  )
  await clock.advance(0)
  expect(began).toEqual([1, 2])
  await clock.advance(10)
  expect(began).toEqual([1, 2, 3, 4])
  await clock.advance(20)
  await Promise.all(pending)
  expect(began).toEqual([1, 2, 3, 4, 5])
})
