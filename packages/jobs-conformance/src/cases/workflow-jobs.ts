import assert from 'node:assert/strict'

import type { CaseTools } from '../case-tools.ts'
import { casesOf } from '../cases-of.ts'
import { type ConformanceCase, rules } from '../conformance-case.ts'
import { debounceMs } from '../conformance-jobs.ts'
import type { JournalEntry } from '../journal.ts'
import { sentWithin } from '../sent-within.ts'
import { untyped } from '../untyped-client.ts'
import { lastRun, resultOf, runProgram, sendProgram, waitForStepState } from '../workflow-tools.ts'

/** Definitions that handle one event. */
const [first, second] = ['conformance-fan-out-a', 'conformance-fan-out-b'] as const

/** Returns the starts of attempts of the definitions that handle the event. */
function startsOf(t: CaseTools): JournalEntry[] {
  const entries = t.journal({ tenantId: t.tenantId, kind: 'started' })
  return entries.filter(({ definition }) => definition.startsWith('conformance-fan-out'))
}

function definitionsOf(entries: readonly JournalEntry[]): string[] {
  return entries.map(({ definition }) => definition).toSorted()
}

/** Cases: `step.runJob` starts one definition, whatever else handles its event. */
export const workflowJobCases: readonly ConformanceCase[] = casesOf(rules.workflows, [
  {
    id: 'run-job-runs-its-definition-only',
    title: '`step.runJob` runs its definition, and no other one of the event: the job is of `job/<id>`, with one run',
    requiredFeatures: ['workflows'],
    async run(t) {
      const output = await resultOf(t, [
        { do: 'job', id: 'count', definition: first, script: { returns: { n: 3 } } },
        { do: 'run', id: 'after' },
      ])
      assert.deepEqual(output, [{ n: 3 }, null])
      const [started, ...more] = startsOf(t)
      assert.deepEqual([started?.definition, more], [first, []])
      // The handler gets the event that it handles.
      assert.equal((started?.details['event'] as { name: string }).name, 'conformance.fan-out')
      const { event, state, runs } = await t.waitForEnd(started!.jobId)
      assert.deepEqual(
        [event, state, runs.map(({ definitionId, output: returned }) => [definitionId, returned])],
        [`job/${first}`, 'completed', [[first, { n: 3 }]]],
      )
    },
  },
  {
    id: 'run-jobs-of-one-event',
    title: 'two definitions of one event run side by side as two jobs',
    requiredFeatures: ['workflows'],
    async run(t) {
      const job = (definition: string) =>
        [{ do: 'job', id: definition, definition, script: { isHeld: true, returns: definition } }] as const
      const { id } = await sendProgram(t, [{ do: 'all', branches: [job(first), job(second)] }])
      const started = await t.waitUntil('both jobs run', () => {
        const starts = startsOf(t)
        return starts.length >= 2 && starts
      })
      for (const { jobId } of started) t.release(jobId)
      assert.deepEqual(lastRun(await t.waitForEnd(id)).output, [[[first], [second]]])
      assert.deepEqual(definitionsOf(startsOf(t)), [first, second])
    },
  },
  {
    id: 'run-job-fails-and-is-retried',
    title: 'the failure of the definition fails the step, and a retry of its job runs the definition again, alone',
    requiredFeatures: ['workflows', 'retryJob'],
    async run(t) {
      const failure = { as: 'nonRetryable', runs: 1 } as const
      const [caught] = (await resultOf(t, [
        { do: 'catch', program: [{ do: 'job', id: 'broken', definition: second, script: { failure } }] },
      ])) as [{ code: string; cause: { name: string } }]
      assert.deepEqual([caught.code, caught.cause.name], ['step_failed', 'NonRetryableError'])
      const [{ jobId }] = startsOf(t) as [JournalEntry]
      assert.deepEqual(
        (await t.waitForEnd(jobId)).runs.map(({ definitionId }) => definitionId),
        [second],
      )
      await t.client.retryJob(jobId)
      const { state, runs } = await t.waitForEnd(jobId)
      assert.deepEqual([state, runs.map((run) => run.state)], ['completed', ['failed', 'completed']])
      assert.deepEqual(definitionsOf(startsOf(t)), [second, second])
    },
  },
  {
    id: 'run-job-outlives-its-workflow',
    title: 'a cancel of the workflow leaves the job that it waits for running, alone',
    requiredFeatures: ['workflows', 'cancelJob of a running job'],
    async run(t) {
      const script = { isHeld: true, returns: 'done' }
      const { id } = await sendProgram(t, [{ do: 'job', id: 'long', definition: first, script }])
      const { jobId } = await t.waitForEntry({ tenantId: t.tenantId, definition: first, kind: 'started' })
      await t.client.cancelJob(id)
      assert.equal((await t.waitForEnd(id)).state, 'cancelled')
      t.release(jobId)
      assert.equal((await t.waitForEnd(jobId)).state, 'completed')
      assert.deepEqual(definitionsOf(startsOf(t)), [first])
    },
  },
  {
    id: 'run-job-is-no-event',
    title: "a wait for the definition's event does not get the job",
    requiredFeatures: ['workflows'],
    async run(t) {
      const output = await resultOf(t, [
        {
          do: 'all',
          branches: [
            [{ do: 'wait', id: 'asked', event: 'conformance.fan-out', timeoutMs: 4000 }],
            [{ do: 'job', id: 'asks', definition: first, script: { returns: 'ran' } }],
          ],
        },
      ])
      assert.deepEqual(output, [[[null], ['ran']]])
    },
  },
  {
    id: 'run-job-checks-its-payload',
    title: "a payload that the schema of the definition's event rejects fails the step, and nothing runs",
    requiredFeatures: ['workflows'],
    async run(t) {
      const [caught] = (await resultOf(t, [
        { do: 'catch', program: [{ do: 'job', id: 'wrong', definition: 'conformance-typed' }] },
      ])) as [{ code: string; cause: { code: string } }]
      assert.deepEqual([caught.code, caught.cause.code], ['step_failed', 'payload_invalid'])
      assert.deepEqual(t.journal({ tenantId: t.tenantId, definition: 'conformance-typed' }), [])
    },
  },
  {
    id: 'run-job-is-listed',
    title: 'the job is listed by `job/<id>` and by its definition, not by the event',
    requiredFeatures: ['workflows', 'listJobs', 'inspect.listJobs', 'inspect.listJobs by definition'],
    async run(t) {
      await resultOf(t, [{ do: 'job', id: 'listed', definition: first }])
      const sent = await t.send('conformance.fan-out')
      await t.waitForEnd(sent.id)
      const { jobId } = startsOf(t).find((entry) => entry.jobId !== sent.id)!
      const ofTenant = untyped(t.client.forTenant(t.tenantId))
      const listed = async (event: string) => (await ofTenant.listJobs({ event })).jobs.map(({ id }) => id)
      const ofDefinition = async () => {
        const { jobs } = await t.client.inspect.listJobs({ tenantId: t.tenantId, definitionId: first })
        return jobs.map(({ id }) => id).toSorted()
      }
      await t.waitUntil('both jobs are listed', async () => (await ofDefinition()).length === 2)
      assert.deepEqual(await ofDefinition(), [jobId, sent.id].toSorted())
      assert.deepEqual([await listed(`job/${first}`), await listed('conformance.fan-out')], [[jobId], [sent.id]])
    },
  },
  {
    id: 'run-job-that-no-worker-has',
    title: 'a definition that no worker has waits for one, though others handle its event',
    requiredFeatures: ['workflows', 'status.steps', 'jobs wait for their definition', 'cancelJob of a waiting job'],
    async run(t) {
      const { id } = await sendProgram(t, [
        { do: 'catch', program: [{ do: 'job', id: 'missing', definition: 'conformance-missing' }] },
      ])
      const { waitsFor } = await waitForStepState(t, id, 'missing', 'waiting')
      assert.ok(waitsFor && 'jobId' in waitsFor)
      await t.waitForEnd((await t.send('conformance.plain')).id)
      const { event, state, runs } = await t.client.getJobStatus(waitsFor.jobId)
      assert.deepEqual([event, state, runs], ['job/conformance-missing', 'queued', []])
      await t.client.cancelJob(waitsFor.jobId)
      const [caught] = lastRun(await t.waitForEnd(id)).output as [{ code: string; cause: { code: string } }]
      assert.deepEqual([caught.code, caught.cause.code], ['step_failed', 'job_cancelled'])
      assert.deepEqual(startsOf(t), [])
    },
  },
  {
    id: 'run-job-of-a-disabled-definition',
    title: 'a disabled definition fails the step',
    requiredFeatures: ['workflows'],
    async run(t) {
      const [caught] = (await resultOf(t, [
        { do: 'catch', program: [{ do: 'job', id: 'off', definition: 'conformance-once-disabled' }] },
      ])) as [{ code: string; cause: { code: string } }]
      assert.deepEqual([caught.code, caught.cause.code], ['step_failed', 'definition_not_found'])
      assert.deepEqual(t.journal({ tenantId: t.tenantId, definition: 'conformance-once' }), [])
    },
  },
  {
    id: 'run-jobs-in-a-batch',
    title: 'jobs of a batch job share batches with its events, and each step gets its own output',
    requiredFeatures: ['workflows', 'batches'],
    async run(t) {
      const definition = 'conformance-batched-full'
      const sent = await t.send('conformance.batched-full', { returns: 'of the event' })
      const { runs, state } = await runProgram(t, [
        { do: 'job', id: 'batched', definition, script: { returns: 'of the step' } },
      ])
      assert.deepEqual([state, runs[0]?.output], ['completed', ['of the step']])
      assert.equal(lastRun(await t.waitForEnd(sent.id)).output, 'of the event')
      const batch = t.journal({ jobId: sent.id, kind: 'started' })[0]?.details['batch'] as string[]
      assert.equal(batch.length, 2)
    },
  },
  {
    id: 'run-job-of-a-debounced-definition',
    title: "the definition's `debounce` also holds for its jobs: they replace those of its event, and are replaced",
    requiredFeatures: ['workflows', 'status.steps', 'debounce'],
    async run(t) {
      const definition = 'conformance-debounced-max'
      const [replaced, id] = await sentWithin(t, debounceMs, async () => {
        const tenantId = t.unique('tenant')
        const sent = await t.send('conformance.debounced-max', undefined, { tenantId })
        const workflow = await sendProgram(t, [{ do: 'job', id: 'last', definition, script: { returns: 'last' } }], {
          tenantId,
        })
        await waitForStepState(t, workflow.id, 'last', 'waiting')
        return [sent.id, workflow.id]
      })
      const { runs } = await t.waitForEnd(id)
      assert.deepEqual(lastRun({ runs } as never).output, ['last'])
      const superseded = await t.waitForEnd(replaced)
      assert.equal(superseded.state, 'superseded')
      const { supersededBy } = superseded.runs[0]!
      assert.equal((await t.client.getJobStatus(supersededBy!)).event, `job/${definition}`)
    },
  },
])
