import assert from 'node:assert/strict'

import { systemTenantId } from '@cgk-platform/jobs-core/provider'

import { type ConformanceCase, rules } from '../conformance-case.ts'
import { resultOf, sendProgram, waitForStepState } from '../workflow-tools.ts'
import { casesOf } from '../cases-of.ts'

/** Cases: workflows of the platform itself. */
export const workflowPlatformCases: readonly ConformanceCase[] = casesOf(rules.workflows, [
  {
    id: 'platform-workflow-runs-jobs-of-tenants',
    title: 'a workflow of the platform sends to tenants and runs their jobs, and without a tenant its own',
    requiredFeatures: ['workflows'],
    async run(t) {
      const bySystem = { tenantId: systemTenantId, client: t.client.forSystem() }
      const { tenantId, otherTenantId } = t
      const script = (returns: string) => ({ waitMs: 200, failure: { as: 'error', attempts: 1 }, returns })
      const output = await resultOf(
        t,
        [
          { do: 'send', id: 'tell', payload: { tenantId, word: 'hello' } },
          { do: 'send', id: 'note', payload: { word: 'own' } },
          {
            do: 'all',
            branches: [
              [{ do: 'job', id: 'one', tenantId, script: script('one') }],
              [{ do: 'job', id: 'other', tenantId: otherTenantId, script: script('other') }],
              [{ do: 'job', id: 'own', script: script('own') }],
            ],
          },
          {
            do: 'catch',
            program: [{ do: 'job', id: 'broken', tenantId, script: { failure: { as: 'nonRetryable' } } }],
          },
        ],
        bySystem,
      )
      const [told, noted, returned, caught] = output as [
        { id: string; tenantId: string },
        { id: string; tenantId: string },
        unknown,
        { code: string },
      ]
      assert.deepEqual([told.tenantId, noted.tenantId], [tenantId, systemTenantId])
      assert.deepEqual([returned, caught.code], [[['one'], ['other'], ['own']], 'step_failed'])
      for (const job of [told, noted]) {
        await t.waitForEnd(job.id)
        assert.equal(t.journal({ jobId: job.id, kind: 'started' })[0]?.tenantId, job.tenantId)
      }
      const outputs = t.journal({ tenantId: otherTenantId, kind: 'returned' })
      assert.equal(outputs.length, 1)
    },
  },
  {
    id: 'platform-workflow-waits-for-its-own-events',
    title: 'a workflow of the platform waits for events of the platform, not for those of tenants',
    requiredFeatures: ['workflows', 'status.steps'],
    async run(t) {
      const bySystem = { tenantId: systemTenantId, client: t.client.forSystem() }
      const word = t.unique('word')
      const wait = { do: 'wait', id: 'call', match: 'word', timeoutMs: 600_000 } as const
      const { id } = await sendProgram(t, [wait], { ...bySystem, payload: { word } })
      await waitForStepState(t, id, 'call', 'waiting')
      const theirs = await t.send('conformance.awaited', undefined, { payload: { word } })
      await t.waitForEnd(theirs.id)
      const own = await t.send('conformance.awaited', undefined, { ...bySystem, payload: { word } })
      const [awaited] = (await t.waitForEnd(id)).runs[0]?.output as [{ id: string }]
      assert.equal(awaited.id, own.id)
    },
  },
  {
    id: 'workflow-cannot-run-jobs-of-others',
    title: 'a workflow of a tenant can run neither a job of another tenant nor one of the platform',
    requiredFeatures: ['workflows'],
    async run(t) {
      const job = (id: string, tenantId: string) => [{ do: 'catch', program: [{ do: 'job', id, tenantId }] }] as const
      const branches = [job('theirs', t.otherTenantId), job('platform', systemTenantId)]
      const { id } = await sendProgram(t, [{ do: 'all', branches }])
      // Some engines notice a refused send only when they next look for the job's end.
      const ended = async () => {
        const status = await t.client.getJobStatus(id)
        return status.state === 'completed' && status
      }
      const { runs } = await t.waitUntil('the workflow has completed', ended, 120_000)
      const [caught] = runs[0]?.output as [[{ code: string; cause: { code: string } }][]]
      assert.deepEqual(
        caught.map(([{ code, cause }]) => [code, cause.code]),
        [
          ['step_failed', 'tenant_mismatch'],
          ['step_failed', 'tenant_mismatch'],
        ],
      )
      assert.deepEqual(t.journal({ tenantId: t.otherTenantId }), [])
    },
  },
])
