import assert from 'node:assert/strict'

import { systemTenantId } from '@cgk-platform/jobs-core/provider'

import { type ConformanceCase, rules } from '../conformance-case.ts'
import { sendProgram, lastRun, runProgram, stepIn, waitForStepState, stepAttempts } from '../workflow-tools.ts'
import { casesOf } from '../cases-of.ts'

/** Cases: steps that send events or run jobs. */
export const workflowSendCases: readonly ConformanceCase[] = casesOf(rules.workflows, [
  {
    id: 'workflow-sends-once',
    title: 'a step sends its event once, to its own tenant, however often the code is replayed',
    requiredFeatures: ['workflows'],
    async run(t) {
      const { runs, id } = await runProgram(t, [
        { do: 'send', id: 'tell', payload: { word: 'hello' } },
        { do: 'sleep', id: 'nap', ms: 1000 },
        { do: 'run', id: 'failing', script: { failure: { as: 'error', attempts: 1 } } },
      ])
      const [handle] = runs[0]?.output as [{ id: string; event: string; tenantId: string }]
      assert.deepEqual([handle.event, handle.tenantId], ['conformance.plain', t.tenantId])
      const job = await t.waitForEnd(handle.id)
      assert.deepEqual([job.state, job.tenantId], ['completed', t.tenantId])
      await t.advance(500)
      const started = t.journal({ tenantId: t.tenantId, kind: 'started' })
      assert.deepEqual(
        started.map(({ jobId, details }) => [jobId, (details['payload'] as { word: string }).word]),
        [[handle.id, 'hello']],
      )
      assert.notEqual(handle.id, id)
    },
  },
  {
    id: 'workflow-send-refused',
    title: 'a step whose send is rejected fails immediately with the reason',
    requiredFeatures: ['workflows'],
    async run(t) {
      const { runs } = await runProgram(t, [
        { do: 'catch', program: [{ do: 'send', id: 'unknown', event: 'conformance.no-such' }] },
        { do: 'catch', program: [{ do: 'send', id: 'wrong', event: 'conformance.typed', payload: { count: 0 } }] },
        { do: 'catch', program: [{ do: 'send', id: 'other-tenant', payload: { tenantId: t.otherTenantId } }] },
        { do: 'catch', program: [{ do: 'send', id: 'platform', payload: { tenantId: systemTenantId } }] },
      ])
      const caught = runs[0]?.output as { code: string; cause: { code: string } }[]
      assert.deepEqual(
        caught.map(({ code, cause }) => [code, cause.code]),
        [
          ['step_failed', 'unknown_event'],
          ['step_failed', 'payload_invalid'],
          ['step_failed', 'tenant_mismatch'],
          ['step_failed', 'tenant_mismatch'],
        ],
      )
    },
  },
  {
    id: 'workflow-runs-a-job',
    title: '`step.runJob` runs a job of the same tenant and returns its output, even after retries',
    requiredFeatures: ['workflows'],
    async run(t) {
      const { runs, id } = await runProgram(t, [
        { do: 'job', id: 'count', script: { returns: { n: 3 } } },
        { do: 'job', id: 'late', script: { waitMs: 1500, failure: { as: 'error', attempts: 1 }, returns: 'late' } },
        { do: 'job', id: 'among', definition: 'conformance-fan-out-b', script: { returns: 'b' } },
        { do: 'run', id: 'after' },
      ])
      assert.equal(runs[0]?.error, undefined)
      assert.deepEqual(runs[0]?.output, [{ n: 3 }, 'late', 'b', null])
      assert.deepEqual(stepAttempts(t, id), ['after/1'])
      const plain = t.journal({ tenantId: t.tenantId, definition: 'conformance-plain', kind: 'started' })
      assert.deepEqual(
        plain.map(({ attempt }) => attempt),
        [1, 1, 2],
      )
    },
  },
  {
    id: 'workflow-runs-jobs-side-by-side',
    title: 'several jobs can run in parallel',
    requiredFeatures: ['workflows'],
    async run(t) {
      const job = (name: string) => [{ do: 'job', id: name, script: { isHeld: true, returns: name } }] as const
      const { id } = await sendProgram(t, [{ do: 'all', branches: [job('a'), job('b'), job('c')] }])
      const started = await t.waitUntil('all jobs run', () => {
        const entries = t.journal({ tenantId: t.tenantId, definition: 'conformance-plain', kind: 'started' })
        return entries.length === 3 && entries
      })
      for (const { jobId } of started) t.release(jobId)
      assert.deepEqual(lastRun(await t.waitForEnd(id)).output, [[['a'], ['b'], ['c']]])
    },
  },
  {
    id: 'workflow-job-that-fails',
    title: "`step.runJob` fails if its job fails, with the job's error as the cause",
    requiredFeatures: ['workflows'],
    async run(t) {
      const { runs } = await runProgram(t, [
        { do: 'catch', program: [{ do: 'job', id: 'broken', script: { failure: { as: 'nonRetryable' } } }] },
        { do: 'run', id: 'otherwise', script: { returns: 'went on' } },
      ])
      const [caught, otherwise] = runs[0]?.output as [{ code: string; cause: { name: string } }, unknown]
      assert.deepEqual([caught.code, caught.cause.name, otherwise], ['step_failed', 'NonRetryableError', 'went on'])
    },
  },
  {
    id: 'workflow-retry-sends-its-job-again',
    title: '`retryJob` sends a failed job of `step.runJob` again',
    requiredFeatures: ['workflows', 'retryJob'],
    async run(t) {
      const { id } = await runProgram(t, [{ do: 'job', id: 'broken', script: { failure: { as: 'nonRetryable' } } }])
      await t.client.retryJob(id)
      assert.equal((await t.waitForEnd(id)).state, 'failed')
      const started = t.journal({ tenantId: t.tenantId, definition: 'conformance-plain', kind: 'started' })
      assert.equal(new Set(started.map(({ jobId }) => jobId)).size, 2)
    },
  },
  {
    id: 'workflow-job-that-is-cancelled',
    title: '`step.runJob` fails if its job is cancelled',
    requiredFeatures: ['workflows', 'status.steps', 'cancelJob of a running job'],
    async run(t) {
      const { id } = await sendProgram(t, [
        { do: 'catch', program: [{ do: 'job', id: 'long', script: { waitMs: 600_000 } }] },
      ])
      const { waitsFor } = await waitForStepState(t, id, 'long', 'waiting')
      assert.ok(waitsFor && 'jobId' in waitsFor)
      await t.waitForEntry({ jobId: waitsFor.jobId, kind: 'started' })
      await t.client.cancelJob(waitsFor.jobId)
      const [caught] = lastRun(await t.waitForEnd(id)).output as [{ code: string; cause: { code: string } }]
      assert.deepEqual([caught.code, caught.cause.code], ['step_failed', 'job_cancelled'])
      assert.equal(stepIn(await t.client.getJobStatus(id), 'long')?.state, 'failed')
    },
  },
])
