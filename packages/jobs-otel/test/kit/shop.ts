import {
  defineBatchJob,
  defineCronJob,
  defineEvents,
  defineJob,
  defineWorkflow,
  eventType,
  sendJob,
} from '@cgk-platform/jobs-core'
import { trace } from '@opentelemetry/api'

declare module '@cgk-platform/jobs-core' {
  interface JobEvents {
    'shop.ordered': { tenantId: string; orderId: string; fails?: number }
    'shop.paid': { tenantId: string; orderId: string }
    'shop.delivered': { tenantId: string; orderId: string }
    'shop.counted': { tenantId: string; orderId: string }
    'shop.confirmed': { tenantId: string; orderId: string }
  }
}

defineEvents({
  'shop.ordered': eventType<{ tenantId: string; orderId: string; fails?: number }>(),
  'shop.paid': eventType<{ tenantId: string; orderId: string }>(),
  'shop.delivered': eventType<{ tenantId: string; orderId: string }>(),
  'shop.counted': eventType<{ tenantId: string; orderId: string }>(),
  'shop.confirmed': eventType<{ tenantId: string; orderId: string }>(), // nothing handles it
})

class CardDeclined extends Error {
  override readonly name = 'CardDeclined'
}

const retry = { maxAttempts: 3, initialDelay: 100, backoff: 'fixed', jitter: 0 } as const

/** Fails in its first attempts; sends an event when it completes. */
export const confirmOrder = defineJob({
  id: 'confirm-order',
  event: 'shop.ordered',
  retry,
  onFailure: () => undefined,
  handler: async ({ payload: { tenantId, orderId, fails = 0 } }, { attempt }) => {
    if (attempt <= fails) throw new CardDeclined('The card was declined')
    await sendJob('shop.paid', { tenantId, orderId })
  },
})

export const printReceipt = defineJob({ id: 'print-receipt', event: 'shop.paid', handler: () => undefined })

/** Charges, sleeps, and fails to ship, so that the charge is refunded. */
export const fulfilOrder = defineWorkflow({
  id: 'fulfil-order',
  event: 'shop.delivered',
  steps: async ({ payload: { orderId } }, step) => {
    await step.run('charge', () => orderId, { compensate: () => undefined })
    await step.sendEvent('confirm', 'shop.confirmed', { orderId } as never)
    await step.sleep('cool-off', 2000)
    await step.run('ship', () => Promise.reject(new CardDeclined('The courier is away')), {
      retry: { maxAttempts: 1 },
    })
  },
})

export const countOrders = defineBatchJob({
  id: 'count-orders',
  event: 'shop.counted',
  maxSize: 2,
  maxWait: '1s',
  handler: () => undefined,
})

/** Makes a span of the app. */
export function weigh(): void {
  trace.getTracer('app').startActiveSpan('weigh', (span) => span.end())
}

export const weighParcel = defineJob({
  id: 'weigh-parcel',
  event: 'shop.counted',
  handler: weigh,
})

let ticksOf: readonly string[] = []

/** Runs once an hour for each of these tenants. */
const hourlyReport = defineCronJob({
  id: 'hourly-report',
  schedule: '0 * * * *',
  tenants: () => ticksOf,
  handler: () => undefined,
})

/** Sets the tenants of `hourly-report`. */
export function setReportTenants(tenants: readonly string[]): void {
  ticksOf = tenants
}

/** The definitions that every engine can run. */
export const shop = [confirmOrder, printReceipt, fulfilOrder, hourlyReport, weighParcel] as const
