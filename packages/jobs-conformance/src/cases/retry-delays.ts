import assert from 'node:assert/strict'

import { retryDelayMs } from '@cgk-platform/jobs-core'

import type { CaseTools } from '../case-tools.ts'
import { type ConformanceCase, rules } from '../conformance-case.ts'
import type { ScriptedFailure } from '../script.ts'
import { casesOf } from '../cases-of.ts'

/** Returns the time between each failed attempt and the next one, in milliseconds. */
function gapsOf(t: CaseTools, jobId: string): number[] {
  return t.journal({ jobId, kind: 'threw' }).flatMap(({ attempt, at }) => {
    const [next] = t.journal({ jobId, kind: 'started', attempt: attempt + 1 })
    return next ? [next.at - at] : []
  })
}

/** Runs a definition that fails in all its attempts, and checks the delays against its retry policy. */
async function expectPolicy(t: CaseTools, name: 'fixed' | 'linear' | 'exponential' | 'capped' | 'short' | 'defaults') {
  const { retry } = t.definition(`conformance-${name}`)
  const { id } = await t.send(`conformance.${name}`, { failure: { as: 'error' } })
  const status = await t.waitForEnd(id)
  assert.equal(status.state, 'failed')
  const gaps = gapsOf(t, id)
  assert.equal(gaps.length, retry.maxAttempts - 1)
  for (const [index, gap] of gaps.entries()) {
    const computedMs = t.retryDelay(retryDelayMs(retry, index + 1, () => 0))
    const { retryToleranceMs: toleranceMs } = t.capabilities
    t.expectDelay(gap, { description: `The attempt after the failed attempt ${index + 1}`, computedMs, toleranceMs })
  }
}

async function expectFirstGap(t: CaseTools, failure: ScriptedFailure, wantedMs: number): Promise<void> {
  const { id } = await t.send('conformance.plain', { failure: { ...failure, attempts: 1 } })
  assert.equal((await t.waitForEnd(id)).state, 'completed')
  const [gap] = gapsOf(t, id)
  assert.ok(gap !== undefined)
  const { retryToleranceMs: toleranceMs } = t.capabilities
  t.expectDelay(gap, { description: 'The second attempt', computedMs: t.retryDelay(wantedMs), toleranceMs })
}

/** Cases: a retry is never earlier than computed. */
export const retryDelayCases: readonly ConformanceCase[] = casesOf(rules.retries, [
  {
    id: 'retry-fixed',
    title: '`fixed` waits `initialDelay` after each failed attempt',
    run: (t) => expectPolicy(t, 'fixed'),
  },
  {
    id: 'retry-linear',
    title: '`linear` waits `initialDelay` · n',
    run: (t) => expectPolicy(t, 'linear'),
  },
  {
    id: 'retry-exponential',
    title: '`exponential` waits `initialDelay` · 2^(n−1)',
    run: (t) => expectPolicy(t, 'exponential'),
  },
  {
    id: 'retry-capped',
    title: 'no retry delay exceeds `maxDelay`',
    run: (t) => expectPolicy(t, 'capped'),
  },
  {
    id: 'retry-short',
    title: "a retry delay below the engine's minimum is raised to it, never shortened",
    run: (t) => expectPolicy(t, 'short'),
  },
  {
    id: 'retry-defaults',
    title: 'a definition without `retry` has three attempts, with delays of 1,000 ms and 2,000 ms',
    async run(t) {
      const { maxAttempts, backoff, initialDelayMs, maxDelayMs } = t.definition('conformance-defaults').retry
      assert.deepEqual([maxAttempts, backoff, initialDelayMs, maxDelayMs], [3, 'exponential', 1000, 60_000])
      await expectPolicy(t, 'defaults')
    },
  },
  {
    id: 'retry-own-backoff',
    title: 'a `backoff` function gets the failed attempt and its error, and returns the delay',
    async run(t) {
      const { id } = await t.send('conformance.own-backoff', { failure: { as: 'error' } })
      const [run] = (await t.waitForEnd(id)).runs
      assert.deepEqual([run?.state, run?.attempts], ['failed', 4])
      const unitMs = t.retryDelay(100)
      const wanted = [3, 1, 2].map((units) => units * unitMs)
      const gaps = gapsOf(t, id)
      assert.equal(gaps.length, wanted.length)
      for (const [index, gap] of gaps.entries()) {
        const description = `The attempt after the failed attempt ${index + 1}`
        t.expectDelay(gap, { description, computedMs: wanted[index]!, toleranceMs: t.capabilities.retryToleranceMs })
      }
    },
  },
  {
    id: 'retry-wrong-backoff',
    title: 'a `backoff` function that returns no delay fails the run with an explanation, and never retries at once',
    async run(t) {
      const { id } = await t.send('conformance.wrong-backoff', { failure: { as: 'error' } })
      const [run] = (await t.waitForEnd(id)).runs
      assert.deepEqual([run?.state, run?.attempts, run?.error?.code], ['failed', 1, 'invalid_option'])
      assert.match(run!.error!.message, /^`retry\.backoff` returned .*`NaN`/)
      assert.equal(run!.error!.cause?.message, 'failed on purpose in attempt 1')
      assert.equal(t.journal({ jobId: id, kind: 'onFailure' }).length, 1)
    },
  },
  {
    id: 'retry-after-milliseconds',
    title: '`RetryAfterError` with milliseconds overrides the delay',
    run: (t) => expectFirstGap(t, { as: 'retryAfter', afterMs: 2500 }, 2500),
  },
  {
    id: 'retry-after-date',
    title: '`RetryAfterError` with a `Date` overrides the delay',
    run: (t) => expectFirstGap(t, { as: 'retryAt', afterMs: 2500 }, 2500),
  },
  {
    id: 'retry-after-nothing',
    title: "`RetryAfterError` with 0 or a past `Date` is retried after the engine's minimum delay",
    async run(t) {
      await expectFirstGap(t, { as: 'retryAfter', afterMs: 0 }, 0)
      await expectFirstGap(t, { as: 'retryAt', afterMs: -60_000 }, 0)
    },
  },
  {
    id: 'retry-after-too-long',
    title:
      "`RetryAfterError` beyond the engine's maximum delay fails the run with an explanation, and never retries earlier",
    requiredFeatures: ['cancelJob of a waiting job'],
    async run(t) {
      const afterMs = 9 * 365 * 86_400_000
      const { id } = await t.send('conformance.plain', { failure: { as: 'retryAfter', afterMs } })
      const longest = t.capabilities.maxRetryDelayMs
      if (longest !== undefined && longest < afterMs) {
        const status = await t.waitForEnd(id)
        assert.equal(status.state, 'failed')
        assert.equal(status.runs[0]?.error?.code, 'unsupported_feature')
        return
      }
      await t.waitForEntry({ jobId: id, kind: 'threw' })
      await t.advance(2000)
      assert.equal(t.journal({ jobId: id, kind: 'started' }).length, 1)
      assert.equal((await t.client.cancelJob(id)).state, 'cancelled')
    },
  },
])
