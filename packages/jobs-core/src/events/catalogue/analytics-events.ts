import * as z from 'zod/v4'

import { instant, type SchemasOf, type TenantPayload, tenantId, text } from './shared-fields.ts'

/** The user of an action, with Segment's field names: a known user or an anonymous browser. */
interface Actor {
  userId?: string | undefined
  anonymousId?: string | undefined
  sessionId?: string | undefined
  /** The time of the action, ISO 8601 with a time zone. Absent: the time of the send. */
  timestamp?: string | undefined
  /** Context such as device, campaign and IP address. */
  context?: Record<string, unknown> | undefined
}

const actor = {
  userId: text.optional(),
  anonymousId: text.optional(),
  sessionId: text.optional(),
  timestamp: instant.optional(),
  context: z.record(z.string(), z.unknown()).optional(),
}

/** Payload of `analytics.track`: an action of a user. */
export interface AnalyticsTrack extends TenantPayload, Actor {
  /** The name of the action, such as `Product Added`. */
  event: string
  /** Details of the action, such as the product. */
  properties?: Record<string, unknown> | undefined
}

/** Payload of `analytics.page_view`: a page view. */
export interface AnalyticsPageView extends TenantPayload, Actor {
  /** The page, as a URL or a path. */
  url: string
  /** The page's title. */
  title?: string | undefined
  /** The URL of the previous page. */
  referrer?: string | undefined
  /** Details of the view. */
  properties?: Record<string, unknown> | undefined
}

/** The built-in analytics events by name, each with its payload. */
export interface AnalyticsEvents {
  /** An action of a user. */
  'analytics.track': AnalyticsTrack
  /** A page view. */
  'analytics.page_view': AnalyticsPageView
}

export const analyticsSchemas: SchemasOf<AnalyticsEvents> = {
  'analytics.track': z.looseObject({
    tenantId,
    event: text,
    properties: z.record(z.string(), z.unknown()).optional(),
    ...actor,
  }),
  'analytics.page_view': z.looseObject({
    tenantId,
    url: text,
    title: z.string().optional(),
    referrer: z.string().optional(),
    properties: z.record(z.string(), z.unknown()).optional(),
    ...actor,
  }),
}
