import { defineCronJob, defineJob, NonRetryableError, scheduleJob, sendJob } from '@cgk-platform/jobs'

import { gateway } from './gateway.ts'
import { ledger } from './ledger.ts'
import { formatPounds } from './money.ts'
import { outbox } from './outbox.ts'
import { shops } from './shops.ts'
import { stock } from './stock.ts'

/** Charges a new order, then mails a confirmation now and a follow-up a day later. */
export const takePayment = defineJob({
  id: 'take-payment',
  event: 'order.created',
  retry: { maxAttempts: 4, backoff: 'exponential', initialDelay: '1s' },
  handler: async ({ payload, sentAt }, { logger }) => {
    const { tenantId, orderId, totalAmount = 0, customerEmail } = payload
    if (totalAmount <= 0) throw new NonRetryableError(`Order ${orderId} has nothing to pay`)

    // With this key, a second attempt or a second event is harmless: the gateway returns the first payment.
    const payment = await gateway.charge({ idempotencyKey: `${tenantId}/${orderId}`, amount: totalAmount })
    logger.info('The payment was taken.', { orderId, paymentId: payment.id })
    await ledger.book({ tenantId, kind: 'sale', reference: orderId, amount: payment.amount, at: sentAt })
    const paid = { orderId, paymentId: payment.id, amount: payment.amount }
    if (customerEmail === undefined) return paid

    const mail = { tenantId, orderId, recipientEmail: customerEmail }
    const confirmation = await sendJob(
      'email.send',
      { ...mail, type: 'order_confirmation', subject: `Order ${orderId}: ${formatPounds(payment.amount)} paid` },
      { idempotencyKey: `${orderId}/confirmation` },
    )
    const followUp = await scheduleJob(
      'email.send',
      { ...mail, type: 'order_followup', subject: `Was all well with order ${orderId}?` },
      { delay: '24h', idempotencyKey: `${orderId}/followup` },
    )
    return { ...paid, confirmationId: confirmation.id, followUpId: followUp.id }
  },
  onFailure: (_error, { payload: { tenantId, orderId }, sentAt }) =>
    ledger.book({ tenantId, kind: 'refusal', reference: orderId, amount: 0, at: sentAt }),
})

/** Takes the goods of a new order from stock. It handles the same event as the payment, in a separate run. */
export const takeFromStock = defineJob({
  id: 'take-from-stock',
  event: 'order.created',
  handler: ({ payload: { tenantId, orderId, items = [] } }) => stock.take(`${tenantId}/${orderId}`, items),
})

/** Refunds a customer. */
export const payBack = defineJob({
  id: 'pay-back',
  event: 'order.refunded',
  handler: async ({ payload, sentAt }) => {
    const { tenantId, orderId, refundId = orderId, refundAmount = 0 } = payload
    const refund = await gateway.refund({ idempotencyKey: `${tenantId}/${refundId}`, amount: refundAmount })
    await ledger.book({ tenantId, kind: 'refund', reference: refundId, amount: refund.amount, at: sentAt })
    return { refundId: refund.id, amount: refund.amount }
  },
})

/** Returns goods to stock. */
export const returnToStock = defineJob({
  id: 'return-to-stock',
  event: 'order.refunded',
  handler: ({ payload: { tenantId, orderId, refundId = orderId, items = [] } }) =>
    stock.putBack(`${tenantId}/${refundId}`, items),
})

/** Delivers any mail that another job sends. */
export const sendEmail = defineJob({
  id: 'send-email',
  event: 'email.send',
  handler: ({ id, payload: { recipientEmail, type, subject = type } }) =>
    outbox.deliver({ id, to: recipientEmail, type, subject }),
})

/** Reports each shop's day, at 21:00 every evening. */
export const dailyReport = defineCronJob({
  id: 'daily-report',
  schedule: '0 21 * * *',
  timezone: 'Europe/London',
  tenants: () => shops.map((shop) => shop.id),
  handler: ({ tenantId, scheduledAt }) => ledger.dayUntil(scheduledAt, tenantId),
})
