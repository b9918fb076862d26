import { describe, expect, test } from 'vitest'

import { createManualClock } from '../../test/kit/manual-clock.ts'
import { createRequester } from './create-requester.ts'
import { type Failure, RequestFailure } from './request-failure.ts'

const away: Failure = { problem: 'it is away', mayHaveSucceeded: false, isTransient: true, isFromEngine: false }

describe('close', () => {
  const setUp = () => {
    const clock = createManualClock(0)
    const requester = createRequester({ clock, maxParallel: 2 })
    let requests = 0
    const change = (openAt: number) =>
      requester(
        async () => {
          requests++
          if (clock.now() < openAt) {
            throw new RequestFailure({ ...away, status: 429, retryAfterMs: openAt - clock.now() })
          }
          return 'done'
        },
        { isChange: true },
      ).catch((error: unknown) => error as RequestFailure)
    return { clock, requester, change, requests: () => requests }
  }

  test('waits for changes, also for those that wait for the rate limit', async () => {
    const { clock, requester, change } = setUp()
    const changes = Promise.all([1, 2, 3].map(() => change(5000)))
    await clock.advance(0)
    let closedAt: number | undefined
    void requester.close(10_000).then(() => (closedAt = clock.now()))
    await clock.advance(5000)
    await clock.advance(0)
    expect([await changes, closedAt]).toEqual([['done', 'done', 'done'], 5000])
  })

  test('ends changes that still wait after the timeout, and sends no later ones', async () => {
    const { clock, requester, change, requests } = setUp()
    const changes = Promise.all([1, 2, 3].map(() => change(5000)))
    await clock.advance(0)
    const sent = requests()
    const closed = requester.close(1000)
    await clock.advance(1000)
    await closed
    const problem = 'the client was closed while the request waited'
    const failed = expect.objectContaining({ failure: expect.objectContaining({ problem, mayHaveSucceeded: false }) })
    expect(await changes).toEqual([failed, failed, failed])
    expect(await change(0)).toEqual(failed)
    await clock.advance(60_000)
    expect(requests()).toBe(sent)
    expect(await requester(async () => 'read')).toBe('read')
  })

  test('does not wait for reads', async () => {
    const { requester } = setUp()
    void requester(() => new Promise(() => undefined))
    await requester.close(1000)
  })
})
