import { catalogue, defineWorkflow, NonRetryableError } from '@cgk-platform/jobs'

import { courier } from './courier.ts'
import { gateway } from './gateway.ts'
import { formatPounds } from './money.ts'
import { warehouse } from './warehouse.ts'

/** Delivers an accepted order over several days. If that fails permanently, returns the goods and the money. */
export const fulfilOrder = defineWorkflow({
  id: 'fulfil-order',
  payload: catalogue['order.created'],
  steps: async ({ payload }, step) => {
    const { orderId, totalAmount = 0, customerId, customerEmail, items = [] } = payload

    // A step has the same key in all attempts, so the gateway charges once. Its compensation has a different key.
    const payment = await step.run(
      'charge',
      ({ idempotencyKey }) => {
        if (totalAmount <= 0) throw new NonRetryableError(`Order ${orderId} has nothing to pay`)
        return gateway.charge({ idempotencyKey, amount: totalAmount, customerId })
      },
      {
        retry: { maxAttempts: 5, backoff: 'linear' },
        timeout: '30s',
        compensate: ({ id: paymentId, amount }, { idempotencyKey }) =>
          gateway.refund({ idempotencyKey, paymentId, amount }),
      },
    )

    const [parcel] = await Promise.all([
      step.run('pack', ({ idempotencyKey }) => warehouse.pack({ idempotencyKey, orderId, items }), {
        compensate: (_parcel, { idempotencyKey }) => warehouse.unpack({ idempotencyKey, orderId, items }),
      }),
      customerEmail === undefined
        ? undefined
        : step.sendEvent('confirm', 'email.send', {
            orderId,
            recipientEmail: customerEmail,
            type: 'order_confirmation',
            subject: `Order ${orderId}: ${formatPounds(payment.amount)} paid`,
          }),
    ])

    await step.sleep('cool-off', '24h')
    const delivered = await step.waitForEvent('delivered', 'order.delivered', { match: 'orderId', timeout: '7d' })
    if (!delivered) await step.run('chase', () => courier.chase(parcel.trackingNumber))
    return { paymentId: payment.id }
  },
})
