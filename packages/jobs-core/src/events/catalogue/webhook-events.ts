import * as z from 'zod/v4'

import { instant, type SchemasOf, type TenantPayload, tenantId, text } from './shared-fields.ts'

/** Payload of `webhook.received`: another system called. */
export interface WebhookReceived extends TenantPayload {
  /** Who called, such as `shopify` or `stripe`. */
  source: string
  /** The caller's name for what happened, such as `orders/create` or `charge.refunded`. */
  topic?: string | undefined
  /** The caller's id of this delivery; a good `idempotencyKey`, since deliveries repeat. */
  webhookId?: string | undefined
  /** As they came, where the handler needs them, such as a signature. */
  headers?: Record<string, string> | undefined
  /** The body, parsed, or as the text that was signed. */
  body?: unknown
  /** ISO 8601 with a zone. */
  receivedAt?: string | undefined
}

/** Payload of `webhook.process`: a stored webhook shall be worked on. */
export interface WebhookProcess extends TenantPayload {
  /** The webhook, as your code stored it. */
  webhookId: string
  /** Who called, such as `shopify` or `stripe`. */
  source?: string | undefined
  /** The caller's name for what happened. */
  topic?: string | undefined
  /** The body, where it is small enough to travel along. */
  body?: unknown
}

/** The built-in events of webhooks by name, each with its payload. */
export interface WebhookEvents {
  /** Another system called. */
  'webhook.received': WebhookReceived
  /** A stored webhook shall be worked on. */
  'webhook.process': WebhookProcess
}

export const webhookSchemas: SchemasOf<WebhookEvents> = {
  'webhook.received': z.looseObject({
    tenantId,
    source: text,
    topic: text.optional(),
    webhookId: text.optional(),
    headers: z.record(z.string(), z.string()).optional(),
    body: z.unknown().optional(),
    receivedAt: instant.optional(),
  }),
  'webhook.process': z.looseObject({
    tenantId,
    webhookId: text,
    source: text.optional(),
    topic: text.optional(),
    body: z.unknown().optional(),
  }),
}
