import type { AnalyticsPageView, AnalyticsTrack } from './analytics-events.ts'
import type { OrderCreated, OrderDelivered, OrderFulfilled, OrderRefunded } from './commerce-events.ts'
import type { EmailReviewRequest, EmailSend } from './email-events.ts'
import type { WebhookProcess, WebhookReceived } from './webhook-events.ts'

/** The built-in events by name, each with its payload. */
export interface BuiltInEvents {
  /** A new order was placed. */
  'order.created': OrderCreated
  /** An order, or a part of it, was shipped. */
  'order.fulfilled': OrderFulfilled
  /** The carrier handed a shipment over. */
  'order.delivered': OrderDelivered
  /** Money went back, for the whole order or a part of it. */
  'order.refunded': OrderRefunded
  /** One mail shall go out. */
  'email.send': EmailSend
  /** A customer shall be asked for a review. */
  'email.review_request': EmailReviewRequest
  /** Something a user did. */
  'analytics.track': AnalyticsTrack
  /** A page was seen. */
  'analytics.page_view': AnalyticsPageView
  /** Another system called. */
  'webhook.received': WebhookReceived
  /** A stored webhook shall be worked on. */
  'webhook.process': WebhookProcess
}
