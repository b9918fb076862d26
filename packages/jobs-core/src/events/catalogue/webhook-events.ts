import * as z from 'zod/v4'

import { instant, type SchemasOf, type TenantPayload, tenantId, text } from './shared-fields.ts'

/** Payload of `webhook.received`: a call from another system. */
export interface WebhookReceived extends TenantPayload {
  /** The system that called, such as `shopify` or `stripe`. */
  source: string
  /** The caller's event name, such as `orders/create` or `charge.refunded`. */
  topic?: string | undefined
  /** The caller's id of this delivery. Use it as the `idempotencyKey`, because deliveries can repeat. */
  webhookId?: string | undefined
  /** The original headers that the handler needs, such as a signature. */
  headers?: Record<string, string> | undefined
  /** The body, parsed or as the signed string. */
  body?: unknown
  /** The time of the call, ISO 8601 with a time zone. */
  receivedAt?: string | undefined
}

/** Payload of `webhook.process`: a stored webhook to process. */
export interface WebhookProcess extends TenantPayload {
  /** The id under which your code stored the webhook. */
  webhookId: string
  /** The system that called, such as `shopify` or `stripe`. */
  source?: string | undefined
  /** The caller's event name. */
  topic?: string | undefined
  /** The body, if it is small enough for a payload. */
  body?: unknown
}

/** The built-in webhook events by name, each with its payload. */
export interface WebhookEvents {
  /** A call from another system. */
  'webhook.received': WebhookReceived
  /** A stored webhook to process. */
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
