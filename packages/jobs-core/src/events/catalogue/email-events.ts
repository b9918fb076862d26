import * as z from 'zod/v4'

import { type SchemasOf, type TenantPayload, tenantId, text } from './shared-fields.ts'

/** Payload of `email.send`: an email to send. */
export interface EmailSend extends TenantPayload {
  /** The kind of email, such as `order_confirmation`: the key of a template in your code. */
  type: string
  /** The recipient's email address. */
  recipientEmail: string
  /** The recipient's name. */
  recipientName?: string | undefined
  /** The subject line, if the template does not set it. */
  subject?: string | undefined
  /** The template's id at the email service, if it differs from `type`. */
  templateId?: string | undefined
  /** The values for the template. */
  data?: Record<string, unknown> | undefined
  /** The BCP 47 language tag, such as `en-GB`. */
  locale?: string | undefined
  /** The sender's email address, if it is not the default. */
  fromEmail?: string | undefined
  /** The email address for replies, if it is not the sender's. */
  replyToEmail?: string | undefined
  /** The id of the related order. */
  orderId?: string | undefined
  /** The id of the related customer. */
  customerId?: string | undefined
}

/** Payload of `email.review_request`: a request for a review. */
export interface EmailReviewRequest extends TenantPayload {
  /** The id of the order to review. */
  orderId: string
  /** The recipient's email address. */
  recipientEmail: string
  /** The recipient's name. */
  recipientName?: string | undefined
  /** The shop's id of the customer. */
  customerId?: string | undefined
  /** The products to review. Absent: the whole order. */
  productIds?: string[] | undefined
  /** The URL of the review form. */
  reviewUrl?: string | undefined
  /** The BCP 47 language tag, such as `en-GB`. */
  locale?: string | undefined
}

/** The built-in email events by name, each with its payload. */
export interface EmailEvents {
  /** An email to send. */
  'email.send': EmailSend
  /** A request for a review. */
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
