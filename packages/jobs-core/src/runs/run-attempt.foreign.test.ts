import { beforeEach, describe, expect, test, vi } from 'vitest'

import { type AttemptKit, createAttemptKit, orderJob } from '../../test/kit/attempt-kit.ts'
import { decodeEnvelope } from '../events/envelope.ts'
import type { Json } from '../events/json.ts'
import { defineCronJob } from '../jobs/define-cron-job.ts'
import type { CronContext } from '../jobs/job-context.ts'
import type { Outcome } from './outcome.ts'

let kit: AttemptKit
beforeEach(() => {
  kit = createAttemptKit()
})

/** Makes an attempt of an order that another producer put on the wire. */
async function runForeign(members: object, handler: () => unknown): Promise<Outcome> {
  const wire = { v: 1, id: 'x', event: 'order.created', tenantId: 'acme', sentAt: 0 }
  const envelope = decodeEnvelope({ ...wire, payload: { tenantId: 'acme', orderId: 'order_1' }, ...members })
  return kit.run(orderJob(handler), envelope!)
}

describe('the envelope of another producer', () => {
  test.each<[whose: string, tenantId: string, payload: Json]>([
    ['the tenant of cron jobs', 'system', { tenantId: 'system', orderId: 'order_1' }],
    ['a blank tenant', '   ', { tenantId: '   ', orderId: 'order_1' }],
    ['an empty tenant in its payload', 'acme', { tenantId: '', orderId: 'order_1' }],
    ['no tenant in its payload', 'acme', { orderId: 'order_1' }],
    ['`null` for a payload', 'acme', null],
    ['another tenant in its payload', 'acme', { tenantId: 'globex', orderId: 'order_1' }],
  ])('with %s fails for good, without a call of the handler', async (_whose, tenantId, payload) => {
    const handler = vi.fn<() => void>()
    expect(await runForeign({ tenantId, payload }, handler)).toMatchObject({
      type: 'failed',
      error: {
        name: 'TenantRequiredError',
        code: 'tenant_required',
        message: expect.stringContaining('The `tenantId` of `order.created` '),
      },
    })
    expect(handler).not.toHaveBeenCalled()
  })
})

describe('the envelope of a cron job from another producer', () => {
  test.each<[what: string, payload: Json]>([
    ['has no `scheduledAt`', {}],
    ['has one that is no instant', { scheduledAt: 'soon' }],
    ['is null', null],
    ['is a text', '2026-03-01T09:00:00Z'],
  ])('fails for good where its payload %s, without a call of the handler', async (_what, payload) => {
    const handler = vi.fn<() => void>()
    const onFailure = vi.fn<(error: Error, context: CronContext) => void>()
    const definition = defineCronJob({ id: 'daily-report', schedule: '0 9 * * *', handler, onFailure })
    const envelope = { v: 1 as const, id: 'x', event: 'cron/daily-report', tenantId: 'system', payload, sentAt: 0 }
    expect(await kit.run(definition, envelope)).toMatchObject({
      type: 'failed',
      error: {
        name: 'PayloadInvalidError',
        code: 'payload_invalid',
        message: expect.stringMatching(/`cron\/daily-report`.*`payload\.scheduledAt`: is not an instant/s),
      },
    })
    expect(handler).not.toHaveBeenCalled()
    // It is told all the same; for want of a tick with the instant of the send.
    expect(onFailure).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ code: 'payload_invalid' }),
      expect.objectContaining({ scheduledAt: new Date(0) }),
    )
  })
})
