import { defineJob } from '@cgk-platform/jobs-core'
import { createClient, type Envelope } from '@cgk-platform/jobs-core/provider'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import '@cgk-platform/test-kit/work'
import { describe, expect, test } from 'vitest'

import { createLocalProvider } from '../../src/provider/local-provider.ts'
import { createVirtualClock } from '../../src/testing/virtual-clock.ts'
import { createCountingClock } from '../kit/counting-clock.ts'
import { openJobsOf } from '../kit/open-jobs.ts'
import { readsTypeScript, runModule } from '../kit/run-node.ts'

const count = 100_000
const dayMs = 86_400_000

describe('a hundred thousand delayed jobs', () => {
  test('use one timer, and the earliest begins on time', async () => {
    const virtual = createVirtualClock(0)
    const clock = createCountingClock(virtual)
    const provider = createLocalProvider({}, { clock, ownTime: true })
    const began: (number | undefined)[] = []
    const job = defineJob({
      id: 'work',
      event: 'work.requested',
      handler: ({ payload }) => void began.push(payload.number),
    })
    const client = createClient({ load: () => provider }, { clock, jobs: [job], logger: createRecordedLogger() })
    await client.capabilities()
    for (let from = 0; from < count; from += 10_000) {
      const envelopes = Array.from({ length: 10_000 }, (_, index): Envelope => {
        const number = from + index
        // Each later batch is due earlier, so it reschedules the timer.
        const runAt = dayMs + (count - number) * 1000
        return {
          v: 1,
          id: `job-${number}`,
          event: 'work.requested',
          tenantId: 'acme',
          payload: { tenantId: 'acme', number },
          sentAt: 0,
          runAt,
        }
      })
      await provider.send(envelopes)
    }
    expect(await openJobsOf(client)).toBe(count)
    expect([clock.maxPending, clock.pendingMs.length]).toEqual([1, 1])

    while (virtual.step(dayMs + 3000)) for (let turn = 0; turn < 3; turn++) await virtual.yield()
    expect(began).toEqual([count - 1, count - 2, count - 3])
    expect([clock.maxPending, clock.pendingMs.length]).toEqual([1, 1])
    await client.close({ timeout: 0 })
    expect(clock.pendingMs).toEqual([])
  })

  test.runIf(readsTypeScript)('take less than 1,500 bytes each', async () => {
    const { stdout, stderr } = await runModule(
      `
      import { createJobClient } from '@cgk-platform/jobs-local'
      const count = 100_000
      const client = createJobClient({ jobs: [] })
      await client.capabilities()
      gc()
      const before = process.memoryUsage().heapUsed
      for (let sent = 0; sent < count; sent += 1000) {
        const items = Array.from({ length: 1000 }, (_, index) => ({
          event: 'email.send',
          payload: { tenantId: 'tenant_123', type: 'order_followup', recipientEmail: 'customer@example.com', orderId: 'order_' + (sent + index) },
          options: { delay: '24h' },
        }))
        for (const { ok, error } of await client.sendJobs(items)) if (!ok) throw error
      }
      gc()
      console.log(Math.round((process.memoryUsage().heapUsed - before) / count))
      process.exit()
      `,
      { flags: ['--expose-gc'] },
    )
    expect(stderr).toBe('')
    expect(Number(stdout)).toBeGreaterThan(0)
    expect(Number(stdout)).toBeLessThan(1500)
  })
})
