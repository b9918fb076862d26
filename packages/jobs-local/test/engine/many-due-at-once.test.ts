import { createClient, defineJob, type Envelope } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { createLocalProvider } from '../../src/local-provider.ts'
import { createVirtualClock } from '../../src/testing/virtual-clock.ts'
import { createDeferred } from '../kit/deferred.ts'
import { createRecordedLogger } from '../kit/recorded-logger.ts'
import { openJobsOf } from '../kit/open-jobs.ts'
import '../kit/work.ts'

const count = 50_000
const hourMs = 3_600_000

describe('fifty thousand jobs that are due at one instant', () => {
  test.each([
    ['were delayed until then', hourMs],
    ['were sent for now', undefined],
  ])(
    'which %s: the loop turns in between, none is lost, and each begins in its order',
    async (_how, runAt) => {
      const clock = createVirtualClock(0)
      const provider = createLocalProvider({}, { clock, ownTime: true })
      const began: number[] = []
      const all = createDeferred()
      const job = defineJob({
        id: 'work',
        event: 'work.asked',
        concurrency: 1,
        handler({ payload }) {
          began.push(payload.number!)
          if (began.length === count) all.resolve()
        },
      })
      // One that never comes to its turn, so that its state tells how far the engine has come.
      const client = createClient({ load: () => provider }, { clock, jobs: [job], logger: createRecordedLogger() })
      await client.capabilities()
      const envelopes = Array.from({ length: count }, (_, number): Envelope => {
        const payload = { tenantId: 'acme', number }
        const id = `job-${number}`
        return {
          v: 1,
          id,
          event: 'work.asked',
          tenantId: 'acme',
          payload,
          sentAt: 0,
          ...(runAt !== undefined && { runAt }),
        }
      })
      await provider.send(envelopes)

      /** How many jobs had their runs made in each turn of the loop. */
      const madeByTurn: number[] = []
      if (runAt !== undefined) clock.step(runAt)
      let made = 0
      while (made < count) {
        const before = made
        while (made < count && (await provider.status(`job-${made}`))!.runs.length > 0) made++
        madeByTurn.push(made - before)
        await new Promise((resolve) => setImmediate(resolve))
      }
      expect(madeByTurn.filter((one) => one > 0)).toEqual(Array.from({ length: 5 }, () => 10_000))

      await all.promise
      expect(began).toEqual(Array.from({ length: count }, (_, number) => number))
      await client.close()
      expect(await openJobsOf(client)).toBeNaN()
    },
    60_000,
  )
})
