import * as z from 'zod/v4'

import { instant, type SchemasOf, type TenantPayload, tenantId, text } from './shared-fields.ts'

/** Who did it, in Segment's words: a known user, or a browser that is not known yet. */
interface Actor {
  userId?: string | undefined
  anonymousId?: string | undefined
  sessionId?: string | undefined
  /** When it happened, ISO 8601 with a zone; absent means when it was sent. */
  timestamp?: string | undefined
  /** Device, campaign, IP and the like. */
  context?: Record<string, unknown> | undefined
}

const actor = {
  userId: text.optional(),
  anonymousId: text.optional(),
  sessionId: text.optional(),
  timestamp: instant.optional(),
  context: z.record(z.string(), z.unknown()).optional(),
}

/** Payload of `analytics.track`: something a user did. */
export interface AnalyticsTrack extends TenantPayload, Actor {
  /** What was done, such as `Product Added`. */
  event: string
  /** What else is known of it, such as the product. */
  properties?: Record<string, unknown> | undefined
}

/** Payload of `analytics.page_view`: a page was seen. */
export interface AnalyticsPageView extends TenantPayload, Actor {
  /** The page, as a full URL or a path. */
  url: string
  /** The page's title. */
  title?: string | undefined
  /** Where the visitor came from, as a URL. */
  referrer?: string | undefined
  /** What else is known of the view. */
  properties?: Record<string, unknown> | undefined
}

/** The built-in events of analytics by name, each with its payload. */
export interface AnalyticsEvents {
  /** Something a user did. */
  'analytics.track': AnalyticsTrack
  /** A page was seen. */
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
