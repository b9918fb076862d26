import { defineJob } from '@cgk-platform/jobs-core'
import '@cgk-platform/test-kit/work'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { createTestEngine } from '../../src/testing/index.ts'
import { openJobsOf } from '../kit/open-jobs.ts'

const tenantId = 'acme'

describe('cancelling at any time', () => {
  test('a job reported as cancelled or ended stays so, and every slot is released', async () => {
    const plan = fc.array(
      fc.record({ delayMs: fc.nat(5), turns: fc.nat(3), failures: fc.nat(2), cancelAtMs: fc.nat(12) }),
      { minLength: 1, maxLength: 25 },
    )
    await fc.assert(
      fc.asyncProperty(plan, async (jobs) => {
        const job = defineJob({
          id: 'work',
          event: 'work.requested',
          concurrency: { limit: 2 },
          retry: { maxAttempts: 3, backoff: 'fixed', initialDelay: 3 },
          handler: async ({ payload }, { attempt }) => {
            const { turns, failures } = payload.data as { turns: number; failures: number }
            for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve))
            if (attempt <= failures) throw new Error('not yet')
          },
        })
        const engine = createTestEngine({ jobs: [job] })
        const sent = await Promise.all(
          jobs.map(async ({ delayMs, turns, failures, cancelAtMs }) => {
            const { id } = await engine.client.sendJob(
              'work.requested',
              { tenantId, data: { turns, failures } },
              { delay: delayMs },
            )
            return { id, cancelAtMs }
          }),
        )
        const answers = new Map<string, string>()
        for (let ms = 0; ms <= 12; ms++) {
          const due = sent.filter(({ cancelAtMs }) => cancelAtMs === ms)
          // Do not settle first, so that some attempts are running.
          await Promise.all(due.map(async ({ id }) => answers.set(id, (await engine.client.cancelJob(id)).state)))
          await engine.advance(1)
        }
        await engine.runUntilIdle()
        for (const [id, state] of answers) {
          expect(['cancelled', 'completed']).toContain(state)
          expect((await engine.client.getJobStatus(id)).state).toBe(state)
        }
        const after = await engine.client.sendJobs(
          [1, 2, 3].map(() => ({ event: 'work.requested', payload: { tenantId, data: { turns: 1, failures: 0 } } })),
        )
        await engine.settle()
        for (const one of after)
          expect(one.ok && (await engine.client.getJobStatus(one.job.id)).state).toBe('completed')
        expect(await openJobsOf(engine.client)).toBe(0)
      }),
      { numRuns: 60 },
    )
  })
})
