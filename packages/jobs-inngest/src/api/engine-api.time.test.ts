import { connectionError, inTurn } from '@cgk-platform/test-kit/replies'
import { describe, expect, test } from 'vitest'

import { createFakeServer } from '../../test/kit/fake-server.ts'
import { openApi } from '../../test/kit/open-api.ts'
import { createVirtualClock, type VirtualClock } from '../../test/kit/virtual-clock.ts'
import { createEngineApi } from './engine-api.ts'

const at = (clock: VirtualClock, ms: number) => ({ date: new Date(clock.now() + ms).toUTCString() })

describe("the server's time", () => {
  test('is requested again 30 seconds after the last measurement', async () => {
    const clock = createVirtualClock()
    let aheadMs = 60_000
    const { connection, requests } = createFakeServer(() => ({ headers: at(clock, aheadMs), body: {} }))
    const api = createEngineApi(connection, clock)
    await api.time()
    aheadMs = 0
    await clock.advance(30_000)
    expect((await api.time()).offsetMs).toBe(61_000)
    expect(requests).toHaveLength(1)
    await clock.advance(1)
    expect((await api.time()).offsetMs).toBe(0)
    expect(requests.map(({ url }) => url.pathname)).toEqual(['/v2/health', '/v2/health'])
  })

  test('is requested once for simultaneous calls', async () => {
    const { api, requests, clock } = openApi(() => ({ headers: at(createVirtualClock(), 0), body: {} }))
    await Promise.all([api.time(), api.time(), api.time()])
    expect(requests).toHaveLength(1)
    await clock.advance(30_001)
    await api.time()
    expect(requests).toHaveLength(2)
  })

  test('is the last known time while the server does not respond', async () => {
    const replies = inTurn({ headers: at(createVirtualClock(), 60_000), body: {} }, connectionError('ECONNREFUSED'))
    const { api, clock, requests } = openApi(replies)
    await api.time()
    await clock.advance(60_000)
    expect((await api.time()).offsetMs).toBe(61_000)
    expect(requests).toHaveLength(2)
  })
})
