import type { JobContext, JobEvent, JobPayload, RetryConfig } from '@cgk-platform/jobs'

/** The functions that the specification lists. */
export const specifiedFunctions = [
  'createJobClient',
  'sendJob',
  'scheduleJob',
  'defineJob',
  'defineCronJob',
  'defineWorkflow',
  'getJobStatus',
  'cancelJob',
  'retryJob',
] as const

/** The types that the specification lists. */
export interface SpecifiedTypes {
  JobEvent: JobEvent
  JobPayload: JobPayload<'order.created'>
  JobContext: JobContext | undefined
  RetryConfig: RetryConfig
}

/** The events that the specification lists. */
export const specifiedEvents = [
  'order.created',
  'order.fulfilled',
  'order.delivered',
  'order.refunded',
  'email.send',
  'email.review_request',
  'analytics.track',
  'analytics.page_view',
  'webhook.received',
  'webhook.process',
] as const satisfies JobEvent[]
