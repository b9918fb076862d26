import assert from 'node:assert/strict'

import type { CaseTools } from '../case-tools.ts'
import { timeoutMs } from '../conformance-jobs.ts'
import { type ConformanceCase, rules } from '../conformance-case.ts'
import { untyped } from '../untyped-client.ts'
import { casesOf } from '../cases-of.ts'
import { waitForLateEnd } from './wait-for-late-end.ts'

const overflowMs = 2 ** 31 + 60_000

/** Sends with a delay and checks the start time against it. */
async function expectStart(
  t: CaseTools,
  delayMs: number,
  optionsAt: (now: number) => Record<string, unknown>,
): Promise<void> {
  const before = t.now()
  const { id } = await t.send('conformance.plain', {}, { options: optionsAt(before) })
  const after = t.now()
  assert.equal((await t.waitForEnd(id)).state, 'completed')
  const [started] = t.journal({ jobId: id, kind: 'started' })
  assert.ok(started)
  const { retryToleranceMs } = t.capabilities
  t.expectDelay(started.at - before, {
    description: 'The start',
    computedMs: delayMs,
    toleranceMs: after - before + retryToleranceMs,
  })
}

/** Cases: when jobs run, and how long. */
export const timeCases: readonly ConformanceCase[] = casesOf(rules.time, [
  {
    id: 'delay-in-milliseconds',
    title: 'a delayed job starts after its delay, never earlier',
    requiredFeatures: ['delay'],
    run: (t) => expectStart(t, 1500, () => ({ delay: 1500 })),
  },
  {
    id: 'delay-in-words',
    title: 'a delay can be a string with a unit',
    requiredFeatures: ['delay'],
    run: (t) => expectStart(t, 1500, () => ({ delay: '1.5s' })),
  },
  {
    id: 'run-at',
    title: '`runAt` starts the job at that time, never earlier',
    requiredFeatures: ['delay'],
    run: (t) => expectStart(t, 1500, (now) => ({ runAt: new Date(now + 1500) })),
  },
  {
    id: 'past-date-runs-now',
    title: 'a past date or a delay of 0 starts the job immediately',
    async run(t) {
      await expectStart(t, 0, (now) => ({ runAt: new Date(now - 86_400_000) }))
      await expectStart(t, 0, () => ({ delay: 0 }))
    },
  },
  {
    id: 'schedule-job',
    title: '`scheduleJob` delays a job and requires a time',
    requiredFeatures: ['delay'],
    async run(t) {
      const client = untyped(t.client)
      const payload = { tenantId: t.tenantId }
      const before = t.now()
      const { id } = await client.scheduleJob('conformance.plain', payload, { delay: 800 })
      assert.equal((await t.waitForEnd(id)).state, 'completed')
      assert.ok(t.journal({ jobId: id, kind: 'started' })[0]!.at - before >= 798)
      for (const options of [undefined, {}, { idempotencyKey: 'x' }]) {
        await t.expectError('invalid_option', () => client.scheduleJob('conformance.plain', payload, options))
      }
    },
  },
  {
    id: 'delays-past-the-longest-timer',
    title: 'a delay over 2^31−1 ms is accepted, and the job does not start immediately',
    requiredFeatures: ['delay', 'cancelJob of a waiting job'],
    async run(t) {
      const inWords = `${Math.ceil(overflowMs / 86_400_000)}d`
      const delays = [overflowMs, inWords, 2 ** 32 + 5].map((delay) => ({ delay }))
      const allowed = delays.filter(() => t.capabilities.maxDelayMs > 2 ** 32 + 5)
      const jobs = await Promise.all(allowed.map((options) => t.send('conformance.plain', {}, { options })))
      await t.advance(2000)
      for (const { id } of jobs) {
        const status = await t.client.getJobStatus(id)
        assert.equal(status.state, 'scheduled')
        assert.ok((status.scheduledFor?.getTime() ?? 0) - t.now() > overflowMs - 60_000)
        assert.deepEqual(t.journal({ jobId: id, kind: 'started' }), [])
        assert.equal((await t.client.cancelJob(id)).state, 'cancelled')
      }
    },
  },
  {
    id: 'delays-in-order',
    title: 'jobs that are due in another order than they were sent start at their own times',
    requiredFeatures: ['delay'],
    async run(t) {
      const delays = [1200, 300, 900, 600]
      const before = t.now()
      const jobs = await Promise.all(delays.map((delay) => t.send('conformance.plain', {}, { options: { delay } })))
      const toleranceMs = t.capabilities.retryToleranceMs + 100 + t.now() - before
      for (const [index, { id }] of jobs.entries()) {
        await t.waitForEnd(id)
        const [started] = t.journal({ jobId: id, kind: 'started' })
        t.expectDelay(started!.at - before, { description: `Job ${index}`, computedMs: delays[index]!, toleranceMs })
      }
    },
  },
  {
    id: 'malformed-times-are-refused',
    title: 'a malformed, negative or infinite delay or date throws, and nothing runs',
    async run(t) {
      const wrong: Record<string, unknown>[] = [
        ...[
          'soon',
          '5 minutes',
          '',
          '10',
          '-1s',
          'PT5M',
          -1,
          Number.NaN,
          Number.POSITIVE_INFINITY,
          '11000d',
          null,
          {},
        ].map((delay) => ({ delay })),
        ...[new Date(Number.NaN), 'tomorrow', 1_800_000_000_000, new Date(8.64e15), null].map((runAt) => ({ runAt })),
        { delay: 5, runAt: new Date() },
      ]
      for (const options of wrong)
        await t.expectError('invalid_option', () => t.send('conformance.plain', {}, { options }))
      await t.advance(300)
      assert.deepEqual(t.journal({ tenantId: t.tenantId, kind: 'started' }), [])
    },
  },
  {
    id: 'timeout-ends-an-attempt',
    title: 'an attempt over its timeout fails and aborts the signal; the next attempt or `onFailure` follows',
    requiredFeatures: ['timeout'],
    async run(t) {
      const { id } = await t.send('conformance.timeout', { waitMs: 600_000 })
      const status = await t.waitForEnd(id)
      assert.equal(status.state, 'failed')
      assert.equal(status.runs[0]?.attempts, 2)
      assert.equal(status.runs[0].error?.code, 'job_timeout')
      const aborted = t.journal({ jobId: id, kind: 'aborted' })
      assert.deepEqual(
        aborted.map(({ details }) => details['reason']),
        ['JobTimeoutError', 'JobTimeoutError'],
      )
      // The hook runs before the timeout starts. The handler starts after it, later on a busy machine.
      const hooks = t.journal({ jobId: id, kind: 'hook', attempt: 1 })
      const begun = hooks.find(({ details }) => details['hook'] === 'onAttemptStart')
      t.expectDelay(aborted[0]!.at - begun!.at, { description: 'The timeout', computedMs: timeoutMs, toleranceMs: 100 })
      assert.deepEqual(
        t.journal({ jobId: id, kind: 'onFailure' }).map(({ details }) => details['name']),
        ['JobTimeoutError'],
      )
    },
  },
  {
    id: 'timeout-does-not-wait-for-the-handler',
    title: 'a handler that ignores its timeout delays nothing, and its late result is discarded',
    requiredFeatures: ['timeout'],
    async run(t) {
      const lateMs = 4000
      const { id } = await t.send('conformance.timeout', { waitMs: lateMs, ignoresSignal: true })
      const status = await t.waitForEnd(id)
      assert.equal(status.state, 'failed')
      await waitForLateEnd(t, { jobId: id, kind: 'returned', lateMs, count: 2 })
      await t.advance(300)
      const [run] = (await t.client.getJobStatus(id)).runs
      assert.deepEqual([run?.state, run?.attempts, run?.output], ['failed', 2, undefined])
    },
  },
  {
    id: 'timeout-leaves-the-quick-alone',
    title: 'a timeout does not affect an attempt that ends before it',
    requiredFeatures: ['timeout'],
    async run(t) {
      const { id } = await t.send('conformance.timeout', { waitMs: 50 })
      const { state } = await t.waitForEnd(id)
      await t.advance(timeoutMs * 2)
      // On a busy machine, an attempt may not end before its timeout.
      const aborted = t.journal({ jobId: id, kind: 'aborted' })
      for (const { at, attempt } of aborted) {
        const [started] = t.journal({ jobId: id, kind: 'started', attempt })
        assert.ok(at - started!.at >= timeoutMs / 2, 'An attempt was aborted before its timeout.')
      }
      if (aborted.length < 2) assert.equal(state, 'completed')
    },
  },
])
