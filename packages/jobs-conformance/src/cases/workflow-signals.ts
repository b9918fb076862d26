import assert from 'node:assert/strict'

import type { CaseTools } from '../case-tools.ts'
import { type ConformanceCase, rules } from '../conformance-case.ts'
import { approval } from '../conformance-events.ts'
import { untyped } from '../untyped-client.ts'
import { lastRun, sendProgram, waitForStepState } from '../workflow-tools.ts'
import type { WorkflowOp } from '../workflow-program.ts'
import { casesOf } from '../cases-of.ts'

/** The timeout of a wait that gets its signal, longer than a busy machine needs to send it. */
const longMs = 600_000
const secret = 'the secret of the conformance suite'

const wait: WorkflowOp = { do: 'signal', id: 'approval', timeoutMs: longMs }
const shortWait: WorkflowOp = { ...wait, id: 'more', timeoutMs: 1000 }
const held: WorkflowOp = { do: 'run', id: 'held', script: { isHeld: true } }

function signal(t: CaseTools, jobId: string, by: string, options?: { readonly idempotencyKey: string }): Promise<void> {
  return t.client.signalJob(jobId, approval(), { by }, options)
}

/** Waits until the code is at its held step, so that what is sent now is sent before the steps after it. */
async function waitUntilHeld(t: CaseTools, jobId: string): Promise<void> {
  await t.waitForEntry({ jobId, kind: 'step' })
}

async function outputOf(t: CaseTools, jobId: string): Promise<unknown> {
  const status = await t.waitForEnd(jobId)
  assert.equal(status.state, 'completed', `The workflow is \`${status.state}\`: ${status.runs[0]?.error?.message}`)
  return lastRun(status).output
}

const answerOf = (by: string): object => ({ by, approved: true })

/** Cases: signals to one job. */
export const workflowSignalCases: readonly ConformanceCase[] = casesOf(rules.workflows, [
  {
    id: 'signal-during-the-wait',
    title: 'a signal answers the wait with its payload, parsed by its schema; the status names the signal',
    requiredFeatures: ['workflows', 'status.steps'],
    async run(t) {
      const { id } = await sendProgram(t, [wait])
      const { kind, waitsFor } = await waitForStepState(t, id, 'approval', 'waiting')
      assert.deepEqual([kind, waitsFor], ['waitForSignal', { signal: 'conformance.approval' }])
      await signal(t, id, 'Ada')
      assert.deepEqual(await outputOf(t, id), [answerOf('Ada')])
      const { output, state } = await waitForStepState(t, id, 'approval', 'completed')
      assert.deepEqual([state, (output as { payload: unknown }).payload], ['completed', { by: 'Ada' }])
    },
  },
  {
    id: 'signal-before-the-wait',
    title: 'a signal that is sent before the wait answers it',
    requiredFeatures: ['workflows'],
    async run(t) {
      const { id } = await sendProgram(t, [held, wait])
      await waitUntilHeld(t, id)
      await signal(t, id, 'early')
      t.release(id)
      assert.deepEqual(await outputOf(t, id), [null, answerOf('early')])
    },
  },
  {
    id: 'signal-before-the-run',
    title: 'a signal that is sent before the run starts answers its wait',
    requiredFeatures: ['workflows', 'delay'],
    async run(t) {
      const { id } = await sendProgram(t, [wait], { options: { delay: 2000 } })
      await signal(t, id, 'first')
      assert.deepEqual(await outputOf(t, id), [answerOf('first')])
    },
  },
  {
    id: 'signals-answer-one-wait-each',
    title: 'each signal answers one wait, in the order of the sends',
    requiredFeatures: ['workflows'],
    async run(t) {
      const { id } = await sendProgram(t, [held, { do: 'times', count: 3, program: [wait] }, shortWait])
      await waitUntilHeld(t, id)
      for (const by of ['one', 'two', 'three']) {
        await signal(t, id, by)
        await t.advance(10) // engines order sends by the millisecond
      }
      t.release(id)
      assert.deepEqual(await outputOf(t, id), [null, ...['one', 'two', 'three'].map(answerOf), null])
    },
  },
  {
    id: 'signal-without-waiting',
    title: 'a wait for a signal with `timeout: 0` takes one that is already there, and otherwise results in null',
    requiredFeatures: ['workflows'],
    async run(t) {
      const look: WorkflowOp = { ...wait, id: 'look', timeoutMs: 0 }
      const { id } = await sendProgram(t, [look, held, look, look])
      await waitUntilHeld(t, id)
      await signal(t, id, 'there')
      t.release(id)
      assert.deepEqual(await outputOf(t, id), [null, null, answerOf('there'), null])
    },
  },
  {
    id: 'signals-answer-parallel-waits',
    title: 'a signal answers one of two waits that are open at once',
    requiredFeatures: ['workflows', 'status.steps'],
    async run(t) {
      const { id } = await sendProgram(t, [{ do: 'all', branches: [[wait], [{ ...wait, id: 'other' }]] }])
      await waitForStepState(t, id, 'approval', 'waiting')
      await waitForStepState(t, id, 'other', 'waiting')
      await signal(t, id, 'one')
      await t.waitUntil('a wait has ended', async () => {
        const { steps = [] } = lastRun(await t.client.getJobStatus(id))
        return steps.some(({ state }) => state === 'completed')
      })
      await signal(t, id, 'two')
      const [answers] = (await outputOf(t, id)) as [{ by: string }[][]]
      assert.deepEqual(
        answers
          .flat()
          .map(({ by }) => by)
          .toSorted(),
        ['one', 'two'],
      )
    },
  },
  {
    id: 'signal-is-for-one-job',
    title: 'a signal to another job of the tenant does not count, and a wait without a signal results in null',
    requiredFeatures: ['workflows'],
    async run(t) {
      const { id: other } = await sendProgram(t, [wait])
      const { id } = await sendProgram(t, [shortWait])
      await signal(t, other, 'other')
      assert.deepEqual(await outputOf(t, id), [null])
      assert.deepEqual(await outputOf(t, other), [answerOf('other')])
    },
  },
  {
    id: 'signal-of-another-tenant',
    title: "a tenant client signals its own jobs, and does not find another tenant's",
    requiredFeatures: ['workflows'],
    async run(t) {
      const { id } = await sendProgram(t, [wait])
      const stranger = t.client.forTenant(t.otherTenantId)
      await t.expectError('job_not_found', () =>
        t.waitForSettled(stranger.signalJob(id, approval(), { by: 'stranger' })),
      )
      await t.client.forTenant(t.tenantId).signalJob(id, approval(), { by: 'owner' })
      assert.deepEqual(await outputOf(t, id), [answerOf('owner')])
    },
  },
  {
    id: 'signal-to-no-open-job',
    title: 'a signal to an unknown job, or to one that has ended, throws',
    requiredFeatures: ['workflows'],
    async run(t) {
      const { id } = await sendProgram(t, [{ do: 'run', id: 'only' }])
      await t.waitForEnd(id)
      await t.expectError('job_not_signalable', () => signal(t, id, 'late'))
      await t.expectError('job_not_found', () => t.waitForSettled(signal(t, '01JQDAE4RQF8MBCR55T5A00001', 'nobody')))
    },
  },
  {
    id: 'signal-payload-is-checked',
    title: 'a signal with an invalid payload or name throws and is not sent',
    requiredFeatures: ['workflows'],
    async run(t) {
      const { id } = await sendProgram(t, [wait])
      const client = untyped(t.client)
      const name = 'conformance.approval'
      for (const payload of [{}, { by: 5 }, { by: 'A', approved: 'no' }, null, [], 'Ada', undefined]) {
        await t.expectError('payload_invalid', () => client.signalJob(id, name, payload))
      }
      await t.expectError('not_serializable', () => client.signalJob(id, name, { by: 'A', at: new Map() }))
      for (const wrong of ['', 'a b', undefined, 5]) {
        await t.expectError('invalid_option', () => client.signalJob(id, wrong, { by: 'A' }))
      }
      await client.signalJob(id, name, { by: 'Ada', approved: false })
      assert.deepEqual(await outputOf(t, id), [{ by: 'Ada', approved: false }])
    },
  },
  {
    id: 'signal-once',
    title: 'a signal that is sent again with its key counts once',
    requiredFeatures: ['workflows', 'idempotencyKey'],
    async run(t) {
      const { id } = await sendProgram(t, [held, wait, shortWait])
      const { id: other } = await sendProgram(t, [wait])
      await waitUntilHeld(t, id)
      const options = { idempotencyKey: t.unique('click') }
      for (const jobId of [id, id, other]) await signal(t, jobId, 'click', options)
      t.release(id)
      assert.deepEqual(await outputOf(t, id), [null, answerOf('click'), null])
      assert.deepEqual(await outputOf(t, other), [answerOf('click')])
    },
  },
  {
    id: 'signal-is-listed',
    title: 'a signal is listed as a completed job without runs, by its event and by the job that it is for',
    requiredFeatures: ['workflows', 'listJobs', 'reference'],
    async run(t) {
      const { id } = await sendProgram(t, [held, wait])
      await waitUntilHeld(t, id)
      await signal(t, id, 'Ada')
      const event = 'signal/conformance.approval'
      const listed = await t.waitUntil('the signal is listed as completed', async () => {
        const { jobs } = await t.client.listJobs({ tenantId: t.tenantId, event, reference: id })
        return jobs[0]?.state === 'completed' && jobs
      })
      assert.deepEqual(
        listed.map((job) => [job.event, job.tenantId, job.references, job.runs]),
        [[event, t.tenantId, [id], []]],
      )
      t.release(id)
      assert.deepEqual(await outputOf(t, id), [null, answerOf('Ada')])
    },
  },
  {
    id: 'signal-stays-with-its-step',
    title: 'a retried run keeps the answers of its waits, and gets signals that no wait took',
    requiredFeatures: ['workflows', 'retryJob', 'workflows: retryJob resumes at the failed step'],
    async run(t) {
      const fails: WorkflowOp = {
        do: 'run',
        id: 'fails',
        retry: { maxAttempts: 1 },
        script: { failure: { as: 'error', runs: 1 } },
      }
      const { id } = await sendProgram(t, [held, wait, fails, { ...wait, id: 'second' }])
      await waitUntilHeld(t, id)
      await signal(t, id, 'one')
      await t.advance(10)
      await signal(t, id, 'two')
      t.release(id)
      assert.equal((await t.waitForEnd(id)).state, 'failed')
      await t.client.retryJob(id)
      assert.deepEqual(await outputOf(t, id), [null, answerOf('one'), null, answerOf('two')])
    },
  },
  {
    id: 'signal-of-the-platform',
    title: "a job of the platform gets signals, and no tenant's client finds it",
    requiredFeatures: ['workflows'],
    async run(t) {
      const { id } = await sendProgram(t, [wait], { client: t.client.forSystem(), tenantId: 'system' })
      await t.expectError('job_not_found', () =>
        t.waitForSettled(t.client.forTenant(t.tenantId).signalJob(id, approval(), { by: 'tenant' })),
      )
      await t.client.forSystem().signalJob(id, approval(), { by: 'platform' })
      assert.deepEqual(await outputOf(t, id), [answerOf('platform')])
    },
  },
  {
    id: 'signal-by-token',
    title: 'a token sends its signal once; one that is changed, expired or of another secret throws',
    requiredFeatures: ['workflows', 'idempotencyKey'],
    async run(t) {
      const { id, tenantId } = await sendProgram(t, [wait, shortWait])
      const { client } = t
      const job = { jobId: id, tenantId, signal: approval(), secret }
      const approve = await client.createSignalToken({ ...job, payload: { by: 'mail' }, expiresIn: '1h' })
      const open = await client.createSignalToken({ ...job, expiresIn: '1h' })
      const expired = await client.createSignalToken({ ...job, expiresIn: 1 })
      const [content, signature] = approve.split('.') as [string, string]
      await t.advance(1000)
      const refusals: [token: string, secret: string, reason: string][] = [
        [expired, secret, 'expired'],
        [approve, 'some other secret of the suite....', 'unsigned'],
        [`${open.split('.')[0]}.${signature}`, secret, 'unsigned'],
        [content, secret, 'malformed'],
      ]
      for (const [token, withSecret, reason] of refusals) {
        const error = await t.expectError('signal_token_invalid', () =>
          client.signalWithToken(token, undefined, { secret: withSecret }),
        )
        assert.equal((error as { reason?: string }).reason, reason)
      }
      await t.expectError('invalid_option', () => client.signalWithToken(approve, { by: 'holder' }, { secret }))
      await t.expectError('payload_invalid', () => client.signalWithToken(open, {}, { secret }))
      const secrets = ['the newer secret of the conformance', secret]
      await client.signalWithToken(approve, undefined, { secret: secrets })
      await t.waitUntil('the wait has ended', async () => {
        const { runs, state } = await client.getJobStatus(id)
        return state !== 'running' || runs[0]?.steps?.[0]?.state === 'completed'
      })
      await client.signalWithToken(approve, undefined, { secret }).catch((error: unknown) => {
        assert.equal((error as { code?: string }).code, 'job_not_signalable') // the short wait may be over
      })
      assert.deepEqual(await outputOf(t, id), [answerOf('mail'), null])
    },
  },
  {
    id: 'signals-after-a-restart',
    title: 'a signal that the job has not taken waits for it also after `step.restart`, and no signal comes twice',
    requiredFeatures: ['workflows'],
    async run(t) {
      const again: WorkflowOp = { do: 'restart', program: [wait, shortWait] }
      const { id } = await sendProgram(t, [held, wait, again])
      await waitUntilHeld(t, id)
      await signal(t, id, 'first')
      await signal(t, id, 'second')
      t.release(id)
      assert.deepEqual(await outputOf(t, id), [answerOf('second'), null])
    },
  },
])
