import assert from 'node:assert/strict'

import { type ConformanceCase, rules } from '../conformance-case.ts'
import { casesOf } from '../cases-of.ts'
import { untyped } from '../untyped-client.ts'
import { nextTick } from './next-tick.ts'

/** Cases: definitions with `enabled: false`. */
export const enabledCases: readonly ConformanceCase[] = [
  ...casesOf(rules.terms, [
    {
      id: 'disabled-definitions-run-nothing',
      title: 'a job whose event only disabled definitions handle is unhandled, also after a delay',
      requiredFeatures: ['delay'],
      async run(t) {
        assert.equal(t.definition('conformance-disabled').enabled, false)
        const now = await t.send('conformance.disabled')
        const delayed = await t.send('conformance.disabled', {}, { options: { delay: 1500 } })
        for (const { id } of [now, delayed]) {
          const { state, runs } = await t.waitForEnd(id)
          assert.deepEqual([state, runs], ['unhandled', []])
          assert.deepEqual(t.journal({ jobId: id, kind: 'started' }), [])
        }
      },
    },
    {
      id: 'a-disabled-definition-leaves-others',
      title: 'a disabled definition does not affect the other definitions of its event, even in a retry of the job',
      requiredFeatures: ['retryJob'],
      async run(t) {
        assert.equal(t.definition('conformance-once').enabled, true)
        const { id } = await t.send('conformance.once', { failure: { as: 'error' } })
        await t.waitForEnd(id)
        await t.client.retryJob(id)
        const { runs } = await t.waitForEnd(id)
        assert.deepEqual(
          runs.map(({ definitionId }) => definitionId),
          ['conformance-once', 'conformance-once'],
        )
      },
    },
  ]),
  ...casesOf(rules.cron, [
    {
      id: 'a-disabled-cron-job-does-not-tick',
      title: 'a disabled cron job does not tick',
      requiredFeatures: ['cron', 'listJobs', "cron.overlap: 'skip'"],
      waitsForTicks: true,
      async run(t) {
        // Other cron jobs tick in the same minute.
        await nextTick(t, t.now(), { definition: 'conformance-cron' })
        await nextTick(t, t.now(), { definition: 'conformance-cron' })
        assert.deepEqual(t.journal({ definition: 'conformance-cron-disabled' }), [])
        const { jobs } = await untyped(t.client).listJobs({ event: 'cron/conformance-cron-disabled' })
        assert.deepEqual(jobs, [])
      },
    },
  ]),
]
