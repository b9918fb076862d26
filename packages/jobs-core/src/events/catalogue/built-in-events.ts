import type { AnalyticsPageView, AnalyticsTrack } from './analytics-events.ts'
import type { OrderCreated, OrderDelivered, OrderFulfilled, OrderRefunded } from './commerce-events.ts'
import type { EmailReviewRequest, EmailSend } from './email-events.ts'
import type { WebhookProcess, WebhookReceived } from './webhook-events.ts'

/** The built-in events by name, each with its payload. */
export interface BuiltInEvents {
  'order.created': OrderCreated
  'order.fulfilled': OrderFulfilled
  'order.delivered': OrderDelivered
  'order.refunded': OrderRefunded
  'email.send': EmailSend
  'email.review_request': EmailReviewRequest
  'analytics.track': AnalyticsTrack
  'analytics.page_view': AnalyticsPageView
  'webhook.received': WebhookReceived
  'webhook.process': WebhookProcess
}
