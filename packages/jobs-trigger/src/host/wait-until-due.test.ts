import { afterEach, describe, expect, test, vi } from 'vitest'

import { openWorkJob, workPayload, workTaskId } from '../../test/kit/open-work-job.ts'

afterEach(() => vi.unstubAllGlobals())

describe('an attempt that the server starts too early, because its clock is ahead', () => {
  const retryingUntil = (retryAt: number) => ({
    job: { definition: 'work', attempt: 1, maxAttempts: 3, startedAt: 0, retryAt },
  })

  test('waits until it is due by the worker’s clock', async () => {
    const begun: number[] = []
    const { attempt, clock } = await openWorkJob({ handler: () => void begun.push(clock.now()) })
    const retryAt = clock.now() + 40_000
    await attempt(workTaskId, { payload: workPayload, attempt: 2, metadata: retryingUntil(retryAt) })
    expect(begun).toEqual([retryAt])
    expect(clock.pending()).toBe(0)
  })

  test('waits at most five minutes', async () => {
    const { attempt, clock } = await openWorkJob()
    const startedAt = clock.now()
    await attempt(workTaskId, { payload: workPayload, attempt: 2, metadata: retryingUntil(startedAt + 86_400_000) })
    expect(clock.now() - startedAt).toBe(300_000)
  })

  test('stops waiting when the run is cancelled', async () => {
    const handler = vi.fn<() => void>()
    const cancel = new AbortController()
    const { attempt, clock } = await openWorkJob({ handler })
    const startedAt = clock.now()
    clock.setTimer(100, () => cancel.abort())
    const metadata = retryingUntil(startedAt + 40_000)
    await attempt(workTaskId, { payload: workPayload, attempt: 2, metadata, signal: cancel.signal })
    expect([clock.now() - startedAt, handler.mock.calls.length, clock.pending()]).toEqual([100, 0, 0])
  })
})
