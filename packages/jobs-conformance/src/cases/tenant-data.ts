import assert from 'node:assert/strict'

import { JobNotFoundError } from '@cgk-platform/jobs-core/errors'
import type { EraseResult, JobDetails } from '@cgk-platform/jobs-core/inspect'
import type { Feature } from '@cgk-platform/jobs-core/provider'

import { sendAll } from '../batch-tools.ts'
import type { CaseTools } from '../case-tools.ts'
import { casesOf } from '../cases-of.ts'
import { type ConformanceCase, rules } from '../conformance-case.ts'
import { approval } from '../conformance-events.ts'
import { listIds, sendCompleted, sendFailed, waitUntilListed } from '../inspection-tools.ts'
import { isListed, whilePaused } from '../pause-tools.ts'
import type { WorkflowOp } from '../workflow-program.ts'
import { sendProgram, stepAttempts, waitForStepState } from '../workflow-tools.ts'

const lists: readonly Feature[] = ['inspect.listJobs', 'inspect.listJobs by state', 'inspect.getJob']
const deletes: readonly Feature[] = [...lists, 'erase: deletes']

const sendDelayed = async (t: CaseTools, tenantId = t.tenantId): Promise<string> =>
  (await t.send('conformance.plain', {}, { tenantId, options: { delay: '1h' } })).id

/** Erases the case's tenant, again until nothing is left. Returns the sum of the counts. */
async function erase(t: CaseTools): Promise<Pick<EraseResult, 'cancelled' | 'erased'>> {
  const sum = { cancelled: 0, erased: 0 }
  await t.waitUntil('the tenant is erased', async () => {
    const { cancelled, erased, failures, isComplete } = await t.client.forTenant(t.tenantId).erase()
    assert.equal(failures, 0)
    sum.cancelled += cancelled
    sum.erased += erased
    return isComplete
  })
  return sum
}

/** Checks that the engine has none of these jobs, and lists none of the tenant. */
async function expectGone(t: CaseTools, ...ids: readonly string[]): Promise<void> {
  for (const id of ids) await t.expectError('job_not_found', () => t.client.getJobStatus(id))
  assert.deepEqual(await listIds(t.client.inspect, { tenantId: t.tenantId }), [])
}

/** Returns all exported jobs of a tenant. */
async function exported(t: CaseTools): Promise<JobDetails[]> {
  const jobs: JobDetails[] = []
  for await (const job of t.client.forTenant(t.tenantId).export()) jobs.push(job)
  return jobs
}

const nothing = { cancelled: 0, erased: 0 }

/** Cases: the data of a tenant is exported and erased. */
export const tenantDataCases: readonly ConformanceCase[] = [
  ...casesOf(
    rules.tenants,
    [
      {
        id: 'export-of-a-tenant',
        title: '`export` returns each job of the tenant with its payload, references, runs, attempts and output',
        async run(t) {
          const { features } = t.capabilities
          const reference = t.unique('order')
          const withReference = features.reference.supported
          const options = withReference ? { reference } : {}
          const { id } = await t.send('conformance.plain', { returns: 'kept' }, { payload: { word: 'mine' }, options })
          await t.waitForEnd(id)
          const failed = await sendFailed(t)
          await sendFailed(t, t.otherTenantId)
          await waitUntilListed(t, 2)
          const jobs = new Map(
            (await exported(t)).map((job) => [job.id, JSON.parse(JSON.stringify(job)) as JobDetails]),
          )
          assert.deepEqual([...jobs.keys()].toSorted(), [id, failed].toSorted())
          const job = jobs.get(id)!
          assert.deepEqual([job.tenantId, job.state, job.runs[0]?.output], [t.tenantId, 'completed', 'kept'])
          if (withReference) assert.deepEqual(job.references, [reference])
          const payload = job.payload as { readonly word?: string } | undefined
          if (payload) assert.equal(payload.word, 'mine')
          const [run] = jobs.get(failed)!.runs
          assert.equal(run?.state, 'failed')
          assert.ok(run.error, 'The error of a failed job is missing.')
          if (features['inspect.getJob: attempts'].supported) assert.equal(run.attemptHistory?.length, 1)
        },
      },
      {
        id: 'erase-cancels',
        title: '`erase` cancels the open jobs of the tenant alone, and tells what stays if the engine cannot delete',
        requiredFeatures: ['delay', 'cancelJob of a waiting job'],
        async run(t) {
          const delayed = [await sendDelayed(t), await sendDelayed(t)]
          const foreign = await sendDelayed(t, t.otherTenantId)
          await waitUntilListed(t, 2, { states: ['scheduled'] })
          const { cancelled, erased, failures, kept, isComplete } = await t.client.forTenant(t.tenantId).erase()
          assert.deepEqual({ cancelled, failures, isComplete }, { cancelled: 2, failures: 0, isComplete: true })
          const isDeleted = t.capabilities.features['erase: deletes'].supported
          assert.equal(erased, isDeleted ? 2 : 0)
          assert.ok(isDeleted || kept.length > 0)
          for (const id of delayed) {
            const status = await t.client.getJobStatus(id).catch((error: unknown) => {
              if (JobNotFoundError.isInstance(error)) return undefined
              throw error
            })
            assert.equal(status?.state, isDeleted ? undefined : 'cancelled')
          }
          assert.equal((await t.client.getJobStatus(foreign)).state, 'scheduled')
          await t.client.cancelJob(foreign)
        },
      },
      {
        id: 'erase-is-interrupted',
        title: '`erase` stops when its signal aborts; another call does the rest',
        requiredFeatures: ['delay', 'cancelJob of a waiting job'],
        async run(t) {
          const ids = [await sendDelayed(t), await sendDelayed(t)]
          await waitUntilListed(t, 2, { states: ['scheduled'] })
          const tenant = t.client.forTenant(t.tenantId)
          assert.equal((await tenant.erase({ signal: AbortSignal.abort() })).isComplete, false)
          for (const id of ids) assert.equal((await t.client.getJobStatus(id)).state, 'scheduled')
          const controller = new AbortController()
          const stopped = await tenant.erase({ signal: controller.signal, onProgress: () => controller.abort() })
          assert.equal(stopped.isComplete, false)
          assert.equal(stopped.cancelled + (await erase(t)).cancelled, 2)
        },
      },
    ],
    lists,
  ),
  ...casesOf(
    rules.tenants,
    [
      {
        id: 'erase-deletes-ended-jobs',
        title: '`erase` deletes jobs that have ended, those of other tenants stay, and a second call finds nothing',
        requiredFeatures: ['delay'],
        async run(t) {
          const ids = [await sendCompleted(t), await sendFailed(t), await sendDelayed(t)]
          const foreign = await sendFailed(t, t.otherTenantId)
          assert.deepEqual(await erase(t), { cancelled: 1, erased: 3 })
          await expectGone(t, ...ids)
          assert.deepEqual(await exported(t), [])
          assert.equal((await t.client.getJobStatus(foreign)).state, 'failed')
          assert.deepEqual(await erase(t), nothing)
        },
      },
      {
        id: 'erase-during-a-handler',
        title: '`erase` cancels a running handler first, and nothing that it returns later is stored',
        requiredFeatures: ['cancelJob of a running job'],
        async run(t) {
          const { id } = await t.send('conformance.plain', { isHeld: true, ignoresSignal: true, returns: 'late' })
          await t.waitForEntry({ jobId: id, kind: 'started' })
          const erasing = erase(t)
          await t.waitUntil('the job is cancelled', async () => {
            const { jobs } = await t.client.inspect.listJobs({ tenantId: t.tenantId })
            return jobs.every(({ state }) => state === 'cancelled')
          })
          t.release(id)
          assert.deepEqual(await t.waitForSettled(erasing), { cancelled: 1, erased: 1 })
          await t.advance(500)
          await expectGone(t, id)
          assert.equal((await t.waitForEnd((await t.send('conformance.plain')).id)).state, 'completed')
        },
      },
      {
        id: 'erase-of-a-batch',
        title: '`erase` removes the jobs of the tenant from a batch that gathers; another tenant still gets its batch',
        requiredFeatures: ['batches', 'cancelJob of a waiting job'],
        async run(t) {
          const [own] = await sendAll(t, 'conformance.batched-full', [{}])
          const [first] = await sendAll(t, 'conformance.batched-full', [{}], t.otherTenantId)
          for (const id of [own!, first!]) await t.waitForState(id, 'queued')
          assert.deepEqual(await erase(t), { cancelled: 1, erased: 1 })
          await expectGone(t, own!)
          const [second] = await sendAll(t, 'conformance.batched-full', [{}], t.otherTenantId)
          for (const id of [first!, second!]) assert.equal((await t.waitForEnd(id)).state, 'completed')
          const later = await sendAll(t, 'conformance.batched-full', [{}, {}])
          for (const id of later) assert.equal((await t.waitForEnd(id)).state, 'completed')
        },
      },
      {
        id: 'erase-of-a-debounce-group',
        title: '`erase` removes a debounced job and those that it superseded, and the next send begins a new group',
        requiredFeatures: ['debounce', 'cancelJob of a waiting job'],
        async run(t) {
          const item = { id: t.unique('item') }
          const send = async () => (await t.send('conformance.debounced', {}, { payload: { item } })).id
          const ids = [await send(), await send()]
          await t.waitForState(ids[1]!, 'scheduled')
          const { cancelled, erased } = await erase(t)
          assert.equal(erased, 2)
          assert.ok(cancelled <= 1, `${cancelled} were cancelled.`) // the last one can have run
          await expectGone(t, ...ids)
          assert.equal((await t.waitForEnd(await send())).state, 'completed')
        },
      },
      {
        id: 'erase-of-a-waiting-workflow',
        title: '`erase` removes a workflow that waits with its steps, jobs and signals; later events wake nothing',
        requiredFeatures: ['workflows', 'cancelJob of a running job'],
        async run(t) {
          const { id } = await sendProgram(t, [
            { do: 'run', id: 'first', script: { returns: 'result' } },
            { do: 'job', id: 'child', definition: 'conformance-plain' },
            { do: 'wait', id: 'wait', event: 'conformance.plain', match: { word: 'secret' }, timeoutMs: 3_600_000 },
          ])
          await waitForStepState(t, id, 'wait', 'waiting')
          await t.client.signalJob(id, approval(), { by: 'Ada' })
          const { cancelled } = await erase(t)
          assert.ok(cancelled >= 1, 'Nothing was cancelled.') // the signal can be open, too
          await expectGone(t, id)
          const { id: later } = await t.send('conformance.plain', {}, { payload: { word: 'secret' } })
          assert.equal((await t.waitForEnd(later)).state, 'completed')
          assert.deepEqual(stepAttempts(t, id), ['first/1'])
        },
      },
      {
        id: 'erase-after-a-compensation',
        title: '`erase` lets the compensation of a cancelled workflow end, then deletes its job',
        requiredFeatures: ['workflows', 'workflows: compensateOnCancel', 'cancelJob of a running job'],
        async run(t) {
          const step: WorkflowOp = {
            do: 'run',
            id: 'one',
            script: {},
            compensation: { isHeld: true, ignoresSignal: true },
          }
          const { id } = await sendProgram(t, [step, { do: 'sleep', id: 'long', ms: 3_600_000 }], {
            event: 'conformance.workflow-compensated',
          })
          await waitForStepState(t, id, 'long', 'waiting')
          const tenant = t.client.forTenant(t.tenantId)
          const { cancelled, left, isComplete } = await tenant.erase()
          assert.deepEqual({ cancelled, left, isComplete }, { cancelled: 1, left: 1, isComplete: false })
          await t.waitUntil('the compensation has started', () => stepAttempts(t, id, 'compensation').length > 0)
          assert.equal((await tenant.erase()).isComplete, false)
          t.release(id)
          assert.deepEqual(await erase(t), { cancelled: 0, erased: 1 })
          assert.deepEqual(stepAttempts(t, id, 'compensated'), ['one/1'])
          await expectGone(t, id)
        },
      },
      {
        id: 'erase-frees-keys',
        title: 'after `erase`, a send with the same idempotency key and reference is new; keys of other tenants stay',
        requiredFeatures: ['idempotencyKey', 'reference'],
        async run(t) {
          const options = { idempotencyKey: t.unique('key'), reference: t.unique('order') }
          const send = (tenantId = t.tenantId) => t.send('conformance.plain', {}, { tenantId, options })
          const [own, foreign] = [await send(), await send(t.otherTenantId)]
          for (const { id } of [own, foreign]) await t.waitForEnd(id)
          await erase(t)
          const again = await send()
          assert.equal(again.deduplicated, false)
          assert.notEqual(again.id, own.id)
          assert.equal((await t.waitForEnd(again.id)).state, 'completed')
          assert.deepEqual(await listIds(t.client.inspect, { tenantId: t.tenantId, reference: options.reference }), [
            again.id,
          ])
          const repeated = await send(t.otherTenantId)
          assert.deepEqual([repeated.id, repeated.deduplicated], [foreign.id, true])
        },
      },
      {
        id: 'erase-of-held-back-runs',
        title: '`erase` removes runs that a throttle or a pause holds back; the pause stays',
        requiredFeatures: ['throttle', 'pauseJobs of a tenant', 'cancelJob of a waiting job'],
        async run(t) {
          const throttled = [await t.send('conformance.throttled-week'), await t.send('conformance.throttled-week')]
          await t.waitForEnd(throttled[0]!.id)
          await whilePaused(t, { tenantId: t.tenantId }, async () => {
            const { id } = await t.send('conformance.plain')
            for (const one of [throttled[1]!.id, id]) await t.waitForState(one, 'queued')
            assert.deepEqual(await erase(t), { cancelled: 2, erased: 3 })
            await expectGone(t, id, ...throttled.map((job) => job.id))
            assert.ok(await isListed(t, { tenantId: t.tenantId }), 'The tenant is no longer paused.')
          })
          assert.equal((await t.waitForEnd((await t.send('conformance.plain')).id)).state, 'completed')
        },
      },
      {
        id: 'erase-beside-sends',
        title:
          '`erase` deletes what was sent before the call, leaves what is sent after it, and loses no send beside it',
        requiredFeatures: ['delay', 'cancelJob of a waiting job'],
        async run(t) {
          const before = [await sendDelayed(t), await sendDelayed(t), await sendDelayed(t)]
          const erasing = t.client.forTenant(t.tenantId).erase()
          const beside = await Promise.all(
            before.map(() => t.send('conformance.plain', {}, { tenantId: t.otherTenantId })),
          )
          const { isComplete } = await t.waitForSettled(erasing)
          assert.equal(isComplete, true)
          for (const id of before) await t.expectError('job_not_found', () => t.client.getJobStatus(id))
          const after = await sendDelayed(t)
          assert.equal((await t.client.getJobStatus(after)).state, 'scheduled')
          for (const { id } of beside) assert.equal((await t.waitForEnd(id)).state, 'completed')
          await erase(t)
        },
      },
    ],
    deletes,
  ),
]
