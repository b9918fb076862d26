import assert from 'node:assert/strict'

import type { CaseTools } from '../case-tools.ts'
import { middlewareDelayMs, middlewareTenant } from '../conformance-middleware.ts'
import { timeoutMs } from '../conformance-jobs.ts'
import { type ConformanceCase, rules } from '../conformance-case.ts'
import { casesOf } from '../cases-of.ts'
import { nextTick } from './next-tick.ts'

/** Returns what the middleware recorded around one kind of work, such as `outer before`. */
function sawAround(t: CaseTools, jobId: string, work: string): string[] {
  return t
    .journal({ jobId, kind: 'middleware' })
    .filter(({ details }) => details['work'] === work)
    .map(({ details }) =>
      [details['layer'], details['when'], details['threw'] ?? json(details['result'])].filter(Boolean).join(' '),
    )
}

function json(result: unknown): string {
  return result === undefined ? '' : JSON.stringify(result)
}

/** Returns the attempts that called the handler. */
function startedIn(t: CaseTools, jobId: string): number[] {
  return t.journal({ jobId, kind: 'started' }).map(({ attempt }) => attempt)
}

/** Cases: middleware wraps the code of every attempt. */
export const middlewareCases: readonly ConformanceCase[] = casesOf(rules.hooks, [
  {
    id: 'middleware-around-handlers',
    title: "middleware wraps each attempt of a handler, the client's outside the definition's, and sees how it ends",
    async run(t) {
      const tenantId = middlewareTenant(t, 'watches')
      const { id } = await t.send('conformance.reporting', { failure: { as: 'error', attempts: 1 } }, { tenantId })
      const { runs } = await t.waitForEnd(id)
      assert.deepEqual(sawAround(t, id, 'handler'), [
        'outer before',
        'inner before',
        'own before',
        'own after ConformanceFailure',
        'inner after ConformanceFailure',
        'outer after ConformanceFailure',
        'outer before',
        'inner before',
        'own before',
        'own after {"done":true}',
        'inner after {"done":true}',
        'outer after {"done":true}',
      ])
      const [first] = t.journal({ jobId: id, kind: 'middleware' })
      const { definition, runId, attempt, maxAttempts, details } = first!
      assert.deepEqual(
        [definition, runId, attempt, maxAttempts, first!.tenantId, details['event']],
        ['conformance-reporting', runs[0]?.id, 1, 2, tenantId, 'conformance.reporting'],
      )
    },
  },
  {
    id: 'middleware-sets-async-context',
    title: 'async context set by middleware is visible in the handler and its sends',
    async run(t) {
      const { id } = await t.send('conformance.reporting', { sends: true })
      assert.equal((await t.waitForEnd(id)).state, 'completed')
      const [handler] = t.journal({ jobId: id, kind: 'started' })
      assert.deepEqual(handler?.details['layers'], ['outer', 'inner', 'own'])
      const sent = await t.waitForEntry({ jobId: id, kind: 'sent' })
      assert.deepEqual(sent.details['layers'], ['outer', 'inner', 'own'])
      const plain = await t.send('conformance.plain')
      const { details } = await t.waitForEntry({ jobId: plain.id, kind: 'started' })
      assert.deepEqual(
        details['layers'],
        ['outer', 'inner'],
        'A definition without middleware must have only the middleware of the client.',
      )
    },
  },
  {
    id: 'middleware-that-throws',
    title: "an error thrown by middleware is the attempt's error and is retried like a handler's error",
    async run(t) {
      const { id } = await t.send('conformance.reporting', {}, { tenantId: middlewareTenant(t, 'throws') })
      const status = await t.waitForEnd(id)
      assert.deepEqual([status.state, status.runs[0]?.output], ['completed', { done: true }])
      assert.deepEqual(startedIn(t, id), [2])
      assert.equal(sawAround(t, id, 'handler')[3], 'outer after MiddlewareFailure')
    },
  },
  {
    id: 'middleware-that-gives-up',
    title: '`NonRetryableError` from middleware ends the run immediately without a call of the handler',
    async run(t) {
      const { id } = await t.send('conformance.reporting', {}, { tenantId: middlewareTenant(t, 'gives-up') })
      const { state, runs } = await t.waitForEnd(id)
      assert.deepEqual([state, runs[0]?.error?.name], ['failed', 'NonRetryableError'])
      assert.deepEqual(startedIn(t, id), [])
      const { attempt } = await t.waitForEntry({ jobId: id, kind: 'onFailure' })
      assert.equal(attempt, 1)
    },
  },
  {
    id: 'middleware-that-asks-for-later',
    title: '`RetryAfterError` from middleware sets the delay before the next attempt',
    async run(t) {
      const { id } = await t.send('conformance.reporting', {}, { tenantId: middlewareTenant(t, 'retries-later') })
      assert.equal((await t.waitForEnd(id)).state, 'completed')
      const [second] = t.journal({ jobId: id, kind: 'started' })
      const failed = t.journal({ jobId: id, kind: 'middleware' }).find(({ details }) => details['threw'] !== undefined)
      t.expectDelay(second!.at - failed!.at, {
        description: 'The second attempt',
        computedMs: t.retryDelay(middlewareDelayMs),
        toleranceMs: t.capabilities.retryToleranceMs,
      })
    },
  },
  {
    id: 'middleware-catches',
    title: 'if middleware catches an error, the run completes with the value that middleware returns',
    async run(t) {
      const tenantId = middlewareTenant(t, 'catches')
      const { id } = await t.send('conformance.reporting', { failure: { as: 'error' } }, { tenantId })
      const { state, runs } = await t.waitForEnd(id)
      assert.deepEqual([state, runs[0]?.attempts], ['completed', 1])
      assert.deepEqual(runs[0]?.output, { caught: 'ConformanceFailure' })
    },
  },
  {
    id: 'middleware-changes-the-output',
    title: 'the output is the return value of middleware, whether or not it calls `next()`',
    async run(t) {
      const send = (tenantId: string) => t.send('conformance.reporting', {}, { tenantId })
      const changed = await send(middlewareTenant(t, 'changes'))
      const answered = await send(middlewareTenant(t, 'skips'))
      assert.deepEqual((await t.waitForEnd(changed.id)).runs[0]?.output, { changed: { done: true } })
      assert.deepEqual((await t.waitForEnd(answered.id)).runs[0]?.output, { answered: 'handler' })
      assert.deepEqual(startedIn(t, answered.id), [])
    },
  },
  {
    id: 'middleware-output-is-json',
    title: "the return value of middleware must be JSON, like a handler's",
    async run(t) {
      const { id } = await t.send('conformance.reporting', {}, { tenantId: middlewareTenant(t, 'returns-invalid') })
      const { state, runs } = await t.waitForEnd(id)
      assert.deepEqual([state, runs[0]?.error?.code, runs[0]?.attempts], ['failed', 'not_serializable', 1])
    },
  },
  {
    id: 'middleware-calls-next-once',
    title: 'a second call of `next()` rejects with `invalid_option` and runs nothing',
    async run(t) {
      const { id } = await t.send('conformance.reporting', {}, { tenantId: middlewareTenant(t, 'calls-twice') })
      assert.deepEqual((await t.waitForEnd(id)).runs[0]?.output, { second: 'invalid_option' })
      assert.deepEqual(startedIn(t, id), [1])
    },
  },
  {
    id: 'middleware-within-the-timeout',
    title: 'the timeout includes the time spent in middleware, and no handler starts after it',
    requiredFeatures: ['timeout'],
    async run(t) {
      const { id } = await t.send('conformance.timeout', {}, { tenantId: middlewareTenant(t, 'waits') })
      const { state, runs } = await t.waitForEnd(id)
      assert.deepEqual([state, runs[0]?.error?.code, runs[0]?.attempts], ['failed', 'job_timeout', 2])
      await t.advance(timeoutMs)
      assert.deepEqual(startedIn(t, id), [])
    },
  },
  {
    id: 'middleware-after-a-cancel',
    title: 'a cancel ends an attempt while its middleware is still waiting, and no handler starts after it',
    requiredFeatures: ['cancelJob of a running job'],
    async run(t) {
      const { id } = await t.send('conformance.reporting', {}, { tenantId: middlewareTenant(t, 'waits') })
      await t.waitForEntry({ jobId: id, kind: 'middleware' })
      await t.client.cancelJob(id)
      assert.equal((await t.waitForEnd(id)).state, 'cancelled')
      await t.waitUntil('the middleware has ended', () => sawAround(t, id, 'handler').length === 4)
      assert.deepEqual(startedIn(t, id), [])
    },
  },
  {
    id: 'middleware-around-on-failure',
    title: 'middleware wraps `onFailure`, in the same async context as a handler',
    async run(t) {
      const tenantId = middlewareTenant(t, 'watches')
      const { id } = await t.send('conformance.reporting', { failure: { as: 'nonRetryable' } }, { tenantId })
      await t.waitForEnd(id)
      const { details } = await t.waitForEntry({ jobId: id, kind: 'onFailure' })
      assert.deepEqual(details['layers'], ['outer', 'inner', 'own'])
      await t.waitUntil('the middleware has ended', () => sawAround(t, id, 'onFailure').length === 6)
      assert.deepEqual(sawAround(t, id, 'onFailure').slice(0, 4), [
        'outer before',
        'inner before',
        'own before',
        'own after',
      ])
    },
  },
  {
    id: 'middleware-around-on-failure-throws',
    title: "an error that middleware throws around `onFailure` does not replace the run's error",
    async run(t) {
      const tenantId = middlewareTenant(t, 'throws', 'onFailure')
      const { id } = await t.send('conformance.reporting', { failure: { as: 'nonRetryable' } }, { tenantId })
      const { state, runs } = await t.waitForEnd(id)
      assert.deepEqual([state, runs[0]?.error?.name], ['failed', 'NonRetryableError'])
      await t.waitUntil('the middleware has ended', () => sawAround(t, id, 'onFailure').length === 4)
      assert.deepEqual(t.journal({ jobId: id, kind: 'onFailure' }), [])
    },
  },
  {
    id: 'middleware-around-ticks',
    title: "middleware wraps the handler of a cron job, the client's outside the definition's",
    requiredFeatures: ['cron', "cron.overlap: 'skip'"],
    waitsForTicks: true,
    async run(t) {
      const { details } = await nextTick(t, t.now(), { definition: 'conformance-cron' })
      assert.deepEqual(details['layers'], ['outer', 'inner', 'own'])
    },
  },
])
