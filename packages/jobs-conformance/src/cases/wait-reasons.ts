import assert from 'node:assert/strict'

import type { WaitReason } from '@cgk-platform/jobs-core'

import type { CaseTools } from '../case-tools.ts'
import { casesOf } from '../cases-of.ts'
import { type ConformanceCase, rules } from '../conformance-case.ts'
import { sendProgram, waitForStepState } from '../workflow-tools.ts'

const hourMs = 3_600_000

/** Waits until a job tells why it waits, then cancels it, unless it `stays`. Status and details tell the same. */
async function reasonOf(t: CaseTools, id: string, kind: WaitReason['kind'], stays = false): Promise<WaitReason> {
  const read = async (job: Promise<Awaited<ReturnType<typeof t.client.getJobStatus>>>) => {
    const { waiting, runs } = await job
    return waiting ?? runs.at(-1)?.waiting
  }
  const reason = await t.waitUntil(`the job waits: ${kind}`, async () => {
    const found = await read(t.client.getJobStatus(id))
    return found?.kind === kind && found
  })
  assert.deepEqual(await read(t.client.inspect.getJob(id)), reason)
  if (!stays) await t.client.cancelJob(id)
  return reason
}

function expectUntil(t: CaseTools, reason: WaitReason, atMs: number): void {
  assert.ok('until' in reason && reason.until)
  assert.ok(
    Math.abs(reason.until.getTime() - atMs) < t.longerThan(5000),
    `It waits until ${reason.until.toISOString()}.`,
  )
}

/** Cases: why a job waits. */
export const waitReasonCases: readonly ConformanceCase[] = casesOf(rules.inspection, [
  {
    id: 'waiting-for-its-time',
    title: 'the status tells that a job is delayed, and that a run waits for its next attempt',
    requiredFeatures: ['delay', 'inspect.getJob', 'cancelJob of a waiting job'],
    async run(t) {
      const delayed = await t.send('conformance.once', {}, { options: { delay: hourMs } })
      expectUntil(t, await reasonOf(t, delayed.id, 'delay'), t.now() + hourMs)
      const failing = await t.send('conformance.linear', { failure: { as: 'retryAfter', afterMs: hourMs } })
      expectUntil(t, await reasonOf(t, failing.id, 'retry'), t.now() + hourMs)
    },
  },
  {
    id: 'waiting-in-a-workflow',
    title: 'the status tells for what a workflow waits: a time, an event or a job',
    requiredFeatures: ['workflows', 'inspect.getJob', 'cancelJob of a running job'],
    async run(t) {
      const asleep = await sendProgram(t, [{ do: 'sleep', id: 'nap', ms: hourMs }])
      expectUntil(t, await reasonOf(t, asleep.id, 'sleep'), t.now() + hourMs)
      const waiting = await sendProgram(t, [{ do: 'wait', id: 'answer', timeoutMs: hourMs }])
      await waitForStepState(t, waiting.id, 'answer', 'waiting')
      const reason = await reasonOf(t, waiting.id, 'event')
      assert.ok(reason.kind === 'event' && reason.event.startsWith('conformance.'))
    },
  },
  {
    id: 'waiting-for-a-slot',
    title: 'the status tells that a limit keeps a run from its start, and which job holds the slot',
    requiredFeatures: ['waiting: limits', 'concurrency.perTenant', 'inspect.getJob'],
    async run(t) {
      const first = await t.send('conformance.one-per-tenant', { isHeld: true })
      await t.waitForEntry({ jobId: first.id, kind: 'started' })
      const second = await t.send('conformance.one-per-tenant')
      const reason = await reasonOf(t, second.id, 'limit', true)
      assert.deepEqual(reason, { kind: 'limit', of: 'tenant', max: 1, heldBy: [first.id] })
      t.release(first.id)
      const { runs } = await t.waitForEnd(second.id)
      assert.equal(runs[0]?.waiting, undefined)
    },
  },
  {
    id: 'waiting-for-a-key',
    title: 'the status tells that the limit of a key, or of all tenants, keeps a run from its start',
    requiredFeatures: ['waiting: limits', 'concurrency.key', 'inspect.getJob'],
    async run(t) {
      const payload = { storeId: t.unique('store') }
      const first = await t.send('conformance.keyed', { isHeld: true }, { payload })
      await t.waitForEntry({ jobId: first.id, kind: 'started' })
      const second = await t.send('conformance.keyed', {}, { payload })
      assert.deepEqual(await reasonOf(t, second.id, 'limit'), { kind: 'limit', of: 'key', max: 1, heldBy: [first.id] })
      t.release(first.id)
      await t.waitForEnd(first.id)
    },
  },
  {
    id: 'waiting-for-a-throttle',
    title: 'the status tells until when a run is throttled',
    requiredFeatures: ['waiting: limits', 'throttle', 'inspect.getJob'],
    async run(t) {
      const first = await t.send('conformance.throttled-week')
      await t.waitForEnd(first.id)
      const second = await t.send('conformance.throttled-week')
      expectUntil(t, await reasonOf(t, second.id, 'throttle'), t.now() + 7 * 24 * hourMs)
    },
  },
  {
    id: 'waiting-for-a-batch',
    title: 'the status tells that a run waits for others of its batch',
    requiredFeatures: ['waiting: limits', 'batches', 'inspect.getJob'],
    async run(t) {
      const { id } = await t.send('conformance.batched-full')
      expectUntil(t, await reasonOf(t, id, 'batch'), t.now() + 7 * 24 * hourMs)
    },
  },
  {
    id: 'waiting-for-a-quiet-period',
    title: 'the status tells that a debounced run waits for a quiet period',
    requiredFeatures: ['waiting: limits', 'debounce', 'inspect.getJob'],
    async run(t) {
      const { id } = await t.send('conformance.debounced', {}, { payload: { item: { id: t.unique('item') } } })
      await reasonOf(t, id, 'debounce')
    },
  },
])
