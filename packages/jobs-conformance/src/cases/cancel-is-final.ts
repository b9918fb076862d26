import assert from 'node:assert/strict'

import { type ConformanceCase, rules } from '../conformance-case.ts'
import { isEnded } from '@cgk-platform/jobs-core'

import { casesOf } from '../cases-of.ts'
import { waitForLateEnd } from './wait-for-late-end.ts'

const lateMs = 3000
/** Maximum time until `cancelJob` resolves. */
const cancelLimitMs = 15_000

/** Cases: a cancelled job remains cancelled, whatever its handler still does. */
export const cancelIsFinalCases: readonly ConformanceCase[] = casesOf(rules.cancelAndRetry, [
  {
    id: 'a-late-result-does-not-count',
    title: 'a handler that returns after its job was cancelled does not complete it',
    requiredFeatures: ['cancelJob of a running job'],
    async run(t) {
      const waitMs = t.longerThan(lateMs) // so that the cancel arrives before the end
      const { id } = await t.send('conformance.plain', { waitMs, ignoresSignal: true, returns: 'late' })
      await t.waitForEntry({ jobId: id, kind: 'started' })
      assert.equal((await t.client.cancelJob(id)).state, 'cancelled')
      await waitForLateEnd(t, { jobId: id, kind: 'returned', lateMs: waitMs })
      await t.advance(500)
      const status = await t.client.getJobStatus(id)
      assert.equal(status.state, 'cancelled')
      assert.deepEqual(
        status.runs.map(({ state, output }) => [state, output]),
        [['cancelled', undefined]],
      )
    },
  },
  {
    id: 'a-late-failure-does-not-count',
    title: 'a handler that throws after its job was cancelled neither fails nor retries it',
    requiredFeatures: ['cancelJob of a running job'],
    async run(t) {
      const script = { waitMs: lateMs, ignoresSignal: true, failure: { as: 'error' } } as const
      const { id } = await t.send('conformance.reporting', script)
      await t.waitForEntry({ jobId: id, kind: 'started' })
      await t.client.cancelJob(id)
      // On a busy machine, the handler may throw and start again before the cancel arrives. After that it must not.
      const started = t.journal({ jobId: id, kind: 'started' }).length
      await waitForLateEnd(t, { jobId: id, kind: 'threw', lateMs })
      await t.advance(t.retryDelay(500) + t.capabilities.retryToleranceMs)
      assert.equal((await t.client.getJobStatus(id)).state, 'cancelled')
      assert.equal(t.journal({ jobId: id, kind: 'started' }).length, started)
      assert.deepEqual(t.journal({ jobId: id, kind: 'onFailure' }), [])
    },
  },
  {
    id: 'a-blocked-loop-does-not-win',
    title: 'a handler that blocks the event loop cannot complete a job whose cancel was confirmed',
    requiredFeatures: ['cancelJob of a running job'],
    async run(t) {
      const { id } = await t.send('conformance.plain', { waitMs: 200, ignoresSignal: true, blockMs: 400 })
      await t.waitForEntry({ jobId: id, kind: 'started' })
      const { state } = await t.client.cancelJob(id)
      await waitForLateEnd(t, { jobId: id, kind: 'returned', lateMs })
      await t.advance(500)
      assert.ok(isEnded(state))
      assert.equal((await t.client.getJobStatus(id)).state, state)
    },
  },
  {
    id: 'a-cancel-from-within',
    title: 'a cancel requested while the handler blocks the event loop is final once it is confirmed',
    requiredFeatures: ['cancelJob of a running job'],
    async run(t) {
      const { id } = await t.send('conformance.plain', { cancelsItself: true, blockMs: 50 })
      await t.waitForEntry({ jobId: id, kind: 'started' })
      // `cancelJob` never resolves if the engine ends the process with the job.
      await waitForLateEnd(t, { jobId: id, kind: 'cancelResolved', lateMs: cancelLimitMs })
      await t.advance(500)
      const { state } = await t.client.getJobStatus(id)
      assert.ok(isEnded(state), state)
      for (const { details } of t.journal({ jobId: id, kind: 'cancelResolved' })) {
        assert.equal(details['state'], state, String(details['error'] ?? details['state']))
      }
    },
  },
])
