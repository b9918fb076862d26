import { defineJob } from '@cgk-platform/jobs-core'
import { createClient, type Envelope } from '@cgk-platform/jobs-core/provider'
import { describe, expect, test } from 'vitest'

import { createLocalProvider } from '../../src/local-provider.ts'
import { createVirtualClock } from '../../src/testing/virtual-clock.ts'
import { createDeferred } from '../kit/deferred.ts'
import { createRecordedLogger } from '../kit/recorded-logger.ts'
import '../kit/work.ts'

const count = 25_000
const hourMs = 3_600_000

describe('25,000 jobs due at the same time', () => {
  test.each([
    ['were delayed until then', hourMs],
    ['were sent without a delay', undefined],
  ])('that %s do not block the event loop, and all begin in order', async (_how, runAt) => {
    const clock = createVirtualClock(0)
    const provider = createLocalProvider({}, { clock, ownTime: true })
    const began: number[] = []
    const all = createDeferred()
    const job = defineJob({
      id: 'work',
      event: 'work.requested',
      concurrency: 1,
      handler({ payload }) {
        began.push(payload.number!)
        if (began.length === count) all.resolve()
      },
    })
    const client = createClient({ load: () => provider }, { clock, jobs: [job], logger: createRecordedLogger() })
    await client.capabilities()
    const envelopes = Array.from({ length: count }, (_, number): Envelope => {
      const payload = { tenantId: 'acme', number }
      const id = `job-${number}`
      return {
        v: 1,
        id,
        event: 'work.requested',
        tenantId: 'acme',
        payload,
        sentAt: 0,
        ...(runAt !== undefined && { runAt }),
      }
    })
    await provider.send(envelopes)

    /** Number of jobs that got their runs in each turn of the event loop. */
    const madeByTurn: number[] = []
    while (clock.now() < (runAt ?? 0)) clock.step(runAt ?? 0)
    let made = 0
    while (made < count) {
      expect(madeByTurn.length).toBeLessThan(100)
      const before = made
      while (made < count && (await provider.status(`job-${made}`))!.runs.length > 0) made++
      madeByTurn.push(made - before)
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(Math.max(...madeByTurn)).toBeLessThanOrEqual(10_000)

    await all.promise
    expect(began).toEqual(Array.from({ length: count }, (_, number) => number))
    await client.close()
  })
})
