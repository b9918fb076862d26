import { defineJob } from '@cgk-platform/jobs-core'
import { RetryAfterError } from 'inngest'
import { describe, expect, test } from 'vitest'

import { openJobs } from '../kit/open-jobs.ts'

const payload = { tenantId: 'acme' }

/** The start times of the attempts of a run. */
type Begun = Map<string, number[]>

const times = 8

/**
 * Measures the time between the first and the second attempt, at eight offsets within a second: with the bare SDK, and
 * with this library.
 */
async function measure(delayMs: number, toNaive: (now: number) => Date | number) {
  const naive: Begun = new Map()
  const ours: Begun = new Map()
  const begin = (begun: Begun, runId: string): boolean => {
    const before = begun.get(runId) ?? []
    begun.set(runId, [...before, engineClock.now()])
    return before.length === 0
  }
  const work = defineJob({
    id: 'work',
    event: 'work.asked',
    retry: { maxAttempts: 2, backoff: 'fixed', initialDelay: delayMs },
    handler(_event, { runId }) {
      if (begin(ours, runId)) throw new Error('at first')
    },
  })
  const { client, engineClock, inngest, openApp, pause, until } = await openJobs({ factor: 5, jobs: [work] })
  const raw = inngest.createFunction({ id: 'raw', retries: 1, triggers: [{ event: 'raw' }] }, ({ runId }) => {
    if (begin(naive, runId)) throw new RetryAfterError('at first', toNaive(engineClock.now()))
  })
  await openApp({ appId: 'raw', functions: [raw] })
  for (let time = 0; time < times; time++) {
    await Promise.all([inngest.send({ name: 'raw', data: {} }), client.sendJob('work.asked', payload), pause(125)])
  }
  const isDone = (begun: Begun): boolean => [...begun.values()].flat().length === 2 * times
  await until(() => isDone(naive) && isDone(ours))
  const gaps = (begun: Begun): number[] => [...begun.values()].map(([first, second]) => second! - first!)
  return { naive: gaps(naive), ours: gaps(ours) }
}

describe('a retry', () => {
  test('after a second can start too early with the bare SDK; this library never does', async () => {
    const { naive, ours } = await measure(1000, (now) => new Date(now + 1000))
    expect(Math.min(...naive)).toBeLessThan(1000)
    expect(Math.min(...ours)).toBeGreaterThanOrEqual(1000)
  })

  test('after a number of milliseconds is rounded to seconds by the SDK; this library is exact', async () => {
    const { naive, ours } = await measure(2500, () => 2500)
    expect(Math.min(...naive)).toBeLessThan(2500)
    expect(Math.min(...ours)).toBeGreaterThanOrEqual(2500)
  })
})
