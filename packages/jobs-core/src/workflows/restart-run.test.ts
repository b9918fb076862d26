import { beforeEach, expect, test } from 'vitest'

import { orderEnvelope } from '../../test/kit/attempt-kit.ts'
import { createWorkflowKit, orderWorkflow, type WorkflowKit } from '../../test/kit/workflow-kit.ts'
import { restartWorkflowRecord } from '../steps/workflow-record.ts'

let kit: WorkflowKit
beforeEach(() => void (kit = createWorkflowKit()))

/** Replays code that begins the run again with a payload. */
const restarts = (payload: unknown) => kit.replay(orderWorkflow((step) => step.restart(payload as never)))

test('a restart has the payload for the run, which keeps its tenant', async () => {
  const restarted = { type: 'restarted', payload: { tenantId: 'acme', orderId: 'order_2' } }
  await expect(restarts({ orderId: 'order_2' })).resolves.toMatchObject(restarted)
  await expect(restarts({ orderId: 'order_2', tenantId: undefined })).resolves.toMatchObject(restarted)
  await expect(restarts({ orderId: 'order_2', tenantId: 'acme' })).resolves.toMatchObject(restarted)
})

test('a restart can have a payload as large as the engine allows', async () => {
  const workflow = orderWorkflow((step) => step.restart({ orderId: 'x'.repeat(130_000) }))
  const limits = { provider: 'fake', minRetryDelayMs: 0, maxPayloadBytes: 140_000 }
  await expect(kit.replay(workflow, { limits })).resolves.toMatchObject({ type: 'restarted' })
})

test.each<[words: string, payload: unknown, code: string]>([
  ['that its schema rejects', { orderId: 5 }, 'payload_invalid'],
  ['of another tenant', { orderId: 'order_2', tenantId: 'globex' }, 'tenant_required'],
  ['that is none', undefined, 'not_serializable'],
  ['that JSON cannot hold', { orderId: 'order_2', size: 5n }, 'not_serializable'],
  ['that is too large', { orderId: 'order_2', note: 'x'.repeat(130_000) }, 'payload_too_large'],
])('a payload %s fails the run', async (_words, payload, code) => {
  await expect(restarts(payload)).resolves.toMatchObject({ type: 'failed', error: { code } })
})

test('no code after a restart runs, and its open steps are cancelled', async () => {
  const done: string[] = []
  const workflow = orderWorkflow(async (step) => {
    void step.sleep('nap', '1d')
    await step.run('charge', () => done.push('charged'))
    await step.restart({ orderId: 'order_2' })
    done.push('never')
  })
  await expect(kit.replay(workflow)).resolves.toMatchObject({ type: 'restarted' })
  await kit.settle()
  expect(done).toEqual(['charged'])
})

test('the code that begins again gets the payload of the restart, and so do its waits and `onFailure`', async () => {
  kit.record = restartWorkflowRecord(kit.record, 'run_1', {
    payload: { tenantId: 'acme', orderId: 'order_2' },
    at: 0,
    since: 0,
  })
  const seen: unknown[] = []
  const workflow = orderWorkflow(
    async (step, _context, { payload }) => {
      seen.push(payload.orderId)
      void step.waitForEvent('refund', 'order.refunded', { match: 'orderId', timeout: '1d' })
      await step.run('charge', () => 5)
      throw new Error('broken')
    },
    { retry: { maxAttempts: 1 }, onFailure: (_error, { payload }) => void seen.push(payload.orderId) },
  )
  await expect(kit.replay(workflow, {}, orderEnvelope())).resolves.toMatchObject({ type: 'failed' })
  expect([seen, kit.step('refund')?.match]).toEqual([['order_2', 'order_2'], { orderId: 'order_2' }])
})
