import type { AnalyticsEvents } from './analytics-events.ts'
import type { CommerceEvents } from './commerce-events.ts'
import type { EmailEvents } from './email-events.ts'
import type { WebhookEvents } from './webhook-events.ts'

/** The built-in events by name, each with its payload. */
export interface BuiltInEvents extends CommerceEvents, EmailEvents, AnalyticsEvents, WebhookEvents {}
