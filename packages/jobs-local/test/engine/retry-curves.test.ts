import { defineJob, NonRetryableError, RetryAfterError, type RetryConfig } from '@cgk-platform/jobs-core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { createTestEngine, type TestEngineOptions } from '../../src/testing/index.ts'
import { failUntil } from '../kit/fail-until.ts'
import '../kit/work.ts'

const tenantId = 'acme'

/** The milliseconds at which the attempts of a job that always fails begin. */
async function beginnings(retry: RetryConfig, options: Partial<TestEngineOptions> = {}): Promise<number[]> {
  const job = defineJob({ id: 'fails', event: 'work.asked', retry, handler: failUntil(Number.POSITIVE_INFINITY) })
  const engine = createTestEngine({ ...options, jobs: [job] })
  const { id } = await engine.client.sendJob('work.asked', { tenantId })
  await engine.runUntilIdle()
  expect((await engine.client.getJobStatus(id)).state).toBe('failed')
  return engine.attempts.map(({ at }) => at.getTime() - Date.UTC(2026, 0, 1))
}

const gaps = (instants: readonly number[]): number[] => instants.slice(1).map((at, index) => at - instants[index]!)

/** Random numbers that come the same every time (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

describe('the delays between attempts, to the millisecond', () => {
  const cases: [string, RetryConfig, number[]][] = [
    ['the default', {}, [1000, 2000]],
    ['fixed', { maxAttempts: 5, backoff: 'fixed', initialDelay: 1234 }, [1234, 1234, 1234, 1234]],
    ['linear', { maxAttempts: 5, backoff: 'linear', initialDelay: 500 }, [500, 1000, 1500, 2000]],
    ['exponential', { maxAttempts: 6, backoff: 'exponential', initialDelay: 1000 }, [1000, 2000, 4000, 8000, 16_000]],
    ['exponential with a factor', { maxAttempts: 5, initialDelay: 100, factor: 3 }, [100, 300, 900, 2700]],
    [
      'exponential with a broken factor, rounded up',
      { maxAttempts: 5, initialDelay: 100, factor: 1.15 },
      [100, 115, 133, 153],
    ],
    [
      'linear, capped',
      { maxAttempts: 5, backoff: 'linear', initialDelay: '10s', maxDelay: '25s' },
      [10_000, 20_000, 25_000, 25_000],
    ],
    [
      'exponential, capped by default at a minute',
      { maxAttempts: 6, initialDelay: '10s' },
      [10_000, 20_000, 40_000, 60_000, 60_000],
    ],
    ['an initial delay over a minute raises the cap', { maxAttempts: 3, initialDelay: '2h' }, [7_200_000, 7_200_000]],
    ['no delay', { maxAttempts: 4, initialDelay: 0 }, [0, 0, 0]],
    ['one attempt', { maxAttempts: 1 }, []],
  ]

  test.each(cases)('%s', async (_name, retry, expected) => {
    expect(gaps(await beginnings(retry))).toEqual(expected)
  })

  test('a thousand attempts, far past where the exponential leaves the numbers', async () => {
    const retry = { maxAttempts: 1000, initialDelay: 1, maxDelay: '10s', factor: 10 } as const
    const delays = gaps(await beginnings(retry))
    expect(delays.slice(0, 6)).toEqual([1, 10, 100, 1000, 10_000, 10_000])
    expect([delays.length, new Set(delays.slice(5)).size]).toEqual([999, 1])
  })

  test('any curve: never a millisecond earlier than computed, and on virtual time none later', async () => {
    const curve = fc.record({
      maxAttempts: fc.integer({ min: 1, max: 8 }),
      backoff: fc.constantFrom('fixed' as const, 'linear' as const, 'exponential' as const),
      initialDelay: fc.nat(100_000),
      more: fc.nat(1_000_000),
      factor: fc.integer({ min: 1, max: 4 }),
    })
    await fc.assert(
      fc.asyncProperty(curve, async ({ maxAttempts, backoff, initialDelay, more, factor }) => {
        const maxDelay = initialDelay + more
        const expected = Array.from({ length: maxAttempts - 1 }, (_, index) => {
          const grown = {
            fixed: initialDelay,
            linear: initialDelay * (index + 1),
            exponential: initialDelay * factor ** index,
          }
          return Math.min(grown[backoff], maxDelay)
        })
        expect(gaps(await beginnings({ maxAttempts, backoff, initialDelay, maxDelay, factor }))).toEqual(expected)
      }),
      { numRuns: 50 },
    )
  })
})

describe('jitter', () => {
  const retry = { maxAttempts: 200, backoff: 'fixed', initialDelay: 1000, jitter: 0.4 } as const

  test('shortens each delay by a random part of up to its fraction', async () => {
    const delays = gaps(await beginnings(retry, { random: seeded(1) }))
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(600)
    expect(Math.min(...delays)).toBeLessThan(620)
    expect(Math.max(...delays)).toBeLessThanOrEqual(1000)
    expect(Math.max(...delays)).toBeGreaterThan(980)
  })

  test('is the same for the same random numbers, and none in a test unless asked for', async () => {
    expect(await beginnings(retry, { random: seeded(7) })).toEqual(await beginnings(retry, { random: seeded(7) }))
    expect(new Set(gaps(await beginnings(retry)))).toEqual(new Set([1000]))
  })

  test('shortens what was capped, so that jobs at the cap spread out too', async () => {
    const capped = { maxAttempts: 30, initialDelay: 1000, maxDelay: 2000, jitter: 0.5 } as const
    const delays = gaps(await beginnings(capped, { random: seeded(3) })).slice(1)
    expect(new Set(delays).size).toBeGreaterThan(20)
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(1000)
    expect(Math.max(...delays)).toBeLessThanOrEqual(2000)
  })
})

describe('what is thrown decides', () => {
  const runThrowing = async (thrown: () => unknown, maxAttempts = 3) => {
    const job = defineJob({
      id: 'throws',
      event: 'work.asked',
      retry: { maxAttempts, initialDelay: 1000 },
      handler: (_event, { attempt }) => {
        if (attempt === 1) throw thrown()
      },
    })
    const engine = createTestEngine({ jobs: [job] })
    const { id } = await engine.client.sendJob('work.asked', { tenantId })
    await engine.settle()
    const between = await engine.client.getJobStatus(id)
    await engine.runUntilIdle()
    const { state, runs } = await engine.client.getJobStatus(id)
    return { between, state, run: runs[0]!, delays: gaps(engine.attempts.map(({ at }) => at.getTime())) }
  }

  const runWith = (error: Error) => runThrowing(() => error)

  test('between two attempts the job is `retrying`, and says when and why', async () => {
    const { between, run } = await runWith(new Error('once'))
    expect(between).toMatchObject({
      state: 'retrying',
      runs: [
        {
          state: 'retrying',
          attempts: 1,
          nextAttemptAt: new Date('2026-01-01T00:00:01Z'),
          error: { name: 'Error', message: 'once' },
        },
      ],
    })
    expect(run).not.toHaveProperty('nextAttemptAt')
    expect(run).not.toHaveProperty('error') // it completed
  })

  test('a NonRetryableError ends the run at once', async () => {
    expect(await runWith(new NonRetryableError('never'))).toMatchObject({
      state: 'failed',
      delays: [],
      run: { attempts: 1 },
    })
  })

  test('a RetryAfterError says when, also longer than the cap and longer than a timer of the platform', async () => {
    expect((await runWith(new RetryAfterError('busy', '25d'))).delays).toEqual([25 * 86_400_000])
    expect((await runWith(new RetryAfterError('busy', new Date('2026-01-01T00:10:00Z')))).delays).toEqual([600_000])
    expect((await runWith(new RetryAfterError('busy', new Date(0)))).delays).toEqual([0])
  })

  test('a RetryAfterError in the last attempt makes no more of them', async () => {
    expect(await runThrowing(() => new RetryAfterError('busy', '1s'), 1)).toMatchObject({
      state: 'failed',
      run: { attempts: 1 },
    })
  })

  test('`maxAttempts` of a send stands above the definition, up and down', async () => {
    const job = defineJob({
      id: 'fails',
      event: 'work.asked',
      retry: { maxAttempts: 3, initialDelay: 0 },
      handler: failUntil(99),
    })
    const engine = createTestEngine({ jobs: [job] })
    const sent = [1, 2, 5, 1000].map((maxAttempts) =>
      engine.client.sendJob('work.asked', { tenantId }, { maxAttempts }),
    )
    const ids = (await Promise.all(sent)).map(({ id }) => id)
    await engine.runUntilIdle()
    const statuses = await Promise.all(ids.map((id) => engine.client.getJobStatus(id)))
    expect(statuses.map(({ state, runs }) => [state, runs[0]?.attempts, runs[0]?.maxAttempts])).toEqual([
      ['failed', 1, 1],
      ['failed', 2, 2],
      ['failed', 5, 5],
      ['completed', 99, 1000],
    ])
  })
})
