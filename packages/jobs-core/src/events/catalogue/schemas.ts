import type { z } from 'zod/v4'

import { analyticsPageView, analyticsTrack } from './analytics-events.ts'
import { orderCreated, orderDelivered, orderFulfilled, orderRefunded } from './commerce-events.ts'
import { emailReviewRequest, emailSend } from './email-events.ts'
import type { BuiltInEvents } from './built-in-events.ts'
import { webhookProcess, webhookReceived } from './webhook-events.ts'

/** The schemas of the built-in events. Unknown keys of a payload are kept. */
export const schemas: { readonly [E in keyof BuiltInEvents]: z.ZodType<BuiltInEvents[E], BuiltInEvents[E]> } = {
  'order.created': orderCreated,
  'order.fulfilled': orderFulfilled,
  'order.delivered': orderDelivered,
  'order.refunded': orderRefunded,
  'email.send': emailSend,
  'email.review_request': emailReviewRequest,
  'analytics.track': analyticsTrack,
  'analytics.page_view': analyticsPageView,
  'webhook.received': webhookReceived,
  'webhook.process': webhookProcess,
}
