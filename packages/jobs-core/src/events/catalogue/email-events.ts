import * as z from 'zod/v4'

import { type SchemasOf, type TenantPayload, tenantId, text } from './shared-fields.ts'

/** Payload of `email.send`: one mail shall go out. */
export interface EmailSend extends TenantPayload {
  /** Which mail, such as `order_confirmation`: the key of a template in your code. */
  type: string
  /** Who gets the mail. */
  recipientEmail: string
  /** How the mail addresses them. */
  recipientName?: string | undefined
  /** The subject line, where the template does not say it. */
  subject?: string | undefined
  /** The template's id at the mail service, where it differs from `type`. */
  templateId?: string | undefined
  /** What the template fills in. */
  data?: Record<string, unknown> | undefined
  /** BCP 47, such as `en-GB`. */
  locale?: string | undefined
  /** The sender, where it is not the usual one. */
  fromEmail?: string | undefined
  /** Where answers go, where that is not the sender. */
  replyToEmail?: string | undefined
  /** The order that the mail is about, where there is one. */
  orderId?: string | undefined
  /** The customer that the mail is for, where there is one. */
  customerId?: string | undefined
}

/** Payload of `email.review_request`: a customer shall be asked for a review. */
export interface EmailReviewRequest extends TenantPayload {
  /** The order to review. */
  orderId: string
  /** Who is asked. */
  recipientEmail: string
  /** How the mail addresses them. */
  recipientName?: string | undefined
  /** The shop's id of the customer. */
  customerId?: string | undefined
  /** What to review; absent means the whole order. */
  productIds?: string[] | undefined
  /** Where the review is written. */
  reviewUrl?: string | undefined
  /** BCP 47, such as `en-GB`. */
  locale?: string | undefined
}

/** The built-in events of emails by name, each with its payload. */
export interface EmailEvents {
  /** One mail shall go out. */
  'email.send': EmailSend
  /** A customer shall be asked for a review. */
  'email.review_request': EmailReviewRequest
}

export const emailSchemas: SchemasOf<EmailEvents> = {
  'email.send': z.looseObject({
    tenantId,
    type: text,
    recipientEmail: z.email(),
    recipientName: z.string().optional(),
    subject: z.string().optional(),
    templateId: text.optional(),
    data: z.record(z.string(), z.unknown()).optional(),
    locale: text.optional(),
    fromEmail: z.email().optional(),
    replyToEmail: z.email().optional(),
    orderId: text.optional(),
    customerId: text.optional(),
  }),
  'email.review_request': z.looseObject({
    tenantId,
    orderId: text,
    recipientEmail: z.email(),
    recipientName: z.string().optional(),
    customerId: text.optional(),
    productIds: z.array(text).optional(),
    reviewUrl: z.url().optional(),
    locale: text.optional(),
  }),
}
