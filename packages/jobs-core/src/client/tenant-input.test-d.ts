import { describe, expectTypeOf, test } from 'vitest'
import * as z from 'zod/v4'

import { defineEvents } from '../events/define-events.ts'
import { eventType } from '../events/event-type.ts'
import type { EventsOf, TenantInput } from '../events/job-events.ts'
import type { TenantClient } from './job-client.ts'

const events = defineEvents({
  'payment.made': z.discriminatedUnion('kind', [
    z.object({ tenantId: z.string(), kind: z.literal('card'), last4: z.string() }),
    z.object({ tenantId: z.string(), kind: z.literal('bank'), iban: z.string(), note: z.string().optional() }),
  ]),
  'loose.made': z.looseObject({ tenantId: z.string(), videoId: z.string() }),
  'open.made': eventType<{ tenantId: string; amount: number; [key: string]: unknown }>(),
})

declare module '../events/job-events.ts' {
  interface JobEvents extends EventsOf<typeof events> {}
}

declare const acme: TenantClient

describe('the payload of a client for one tenant', () => {
  test('keeps unions', () => {
    void acme.sendJob('payment.made', { kind: 'card', last4: '4242' })
    void acme.sendJob('payment.made', { kind: 'bank', iban: 'DE02', note: 'thanks' })
    void acme.sendJob('payment.made', { tenantId: 'acme', kind: 'bank', iban: 'DE02' })
    // @ts-expect-error -- a card has its last four digits
    void acme.sendJob('payment.made', { kind: 'card' })
    // @ts-expect-error -- `iban` is a bank's
    void acme.sendJob('payment.made', { kind: 'card', iban: 'DE02' })
    // @ts-expect-error -- an unknown kind
    void acme.sendJobs([{ event: 'payment.made', payload: { kind: 'cash' } }])
    expectTypeOf<Extract<TenantInput<'payment.made'>, { kind: 'bank' }>>().toExtend<{ iban: string }>()
  })

  test('keeps named fields with an index signature', () => {
    void acme.sendJob('loose.made', { videoId: 'v1', anything: 'else' })
    void acme.sendJob('open.made', { amount: 5, anything: 'else' })
    // @ts-expect-error -- `videoId` is missing
    void acme.sendJob('loose.made', {})
    // @ts-expect-error -- `amount` is missing
    void acme.sendJob('open.made', { anything: 'else' })
    // @ts-expect-error -- `amount` is a number
    void acme.scheduleJob('open.made', { amount: '5' }, { delay: '5s' })
    // @ts-expect-error -- `videoId` is missing
    void acme.sendJobs([{ event: 'loose.made', payload: {} }])
  })

  test('can have the tenant, only as a string', () => {
    expectTypeOf<TenantInput<'order.created'>['tenantId']>().toEqualTypeOf<string | undefined>()
    void acme.sendJob('order.created', { tenantId: 'acme', orderId: 'order_1' })
    // @ts-expect-error -- not a string
    void acme.sendJob('payment.made', { tenantId: 5, kind: 'card', last4: '4242' })
  })

  test('keeps optional fields', () => {
    expectTypeOf<TenantInput<'order.created'>['currency']>().toEqualTypeOf<string | undefined>()
    void acme.sendJob('order.created', { orderId: 'order_1' })
  })
})
