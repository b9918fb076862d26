import * as z from 'zod/v4'

/** What every payload carries. */
export interface TenantPayload {
  /** The tenant that the event belongs to; never empty. */
  tenantId: string
}

/** A schema for each event. */
export type SchemasOf<Events> = { readonly [E in keyof Events]: z.ZodType<Events[E], Events[E]> }

/** One line of an order, a parcel or a refund. */
export interface LineItem {
  /** The shop's stock-keeping unit. */
  sku?: string | undefined
  /** The shop's id of the product. */
  productId?: string | undefined
  /** The shop's id of the variant, such as a size. */
  variantId?: string | undefined
  /** As the customer reads it. */
  name?: string | undefined
  /** Pieces, a whole number. */
  quantity: number
  /** Price of one piece in the currency's minor unit (cents, pence). */
  unitAmount?: number | undefined
}

/** A postal address; `countryCode` is ISO 3166-1 alpha-2. */
export interface PostalAddress {
  /** The recipient. */
  name?: string | undefined
  /** Street and number. */
  line1?: string | undefined
  /** Flat, floor, company. */
  line2?: string | undefined
  /** The town. */
  city?: string | undefined
  /** State, province or county. */
  region?: string | undefined
  /** As the country writes it. */
  postalCode?: string | undefined
  /** ISO 3166-1 alpha-2, such as `GB`. */
  countryCode?: string | undefined
}

/** A non-empty string. */
export const text: z.ZodString = z.string().min(1)

/** The tenant, an id: a string with something other than blanks in it. */
export const tenantId: z.ZodString = z.string().regex(/\S/, 'must not be blank')

/** Money in the currency's minor unit (cents, pence), a whole number as at Stripe: 9999 is 99.99. */
export const amount: z.ZodInt = z.int()

/** ISO 4217 in capitals. */
export const currency: z.ZodString = z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as USD')

/** An instant as ISO 8601 with a zone, since a payload travels as JSON. */
export const instant: z.ZodISODateTime = z.iso.datetime({ offset: true })

export const lineItem: z.ZodType<LineItem, LineItem> = z.looseObject({
  sku: text.optional(),
  productId: text.optional(),
  variantId: text.optional(),
  name: z.string().optional(),
  quantity: z.int(),
  unitAmount: amount.optional(),
})

export const postalAddress: z.ZodType<PostalAddress, PostalAddress> = z.looseObject({
  name: z.string().optional(),
  line1: z.string().optional(),
  line2: z.string().optional(),
  city: z.string().optional(),
  region: z.string().optional(),
  postalCode: z.string().optional(),
  countryCode: z
    .string()
    .regex(/^[A-Z]{2}$/, 'must be an ISO 3166-1 alpha-2 code such as US')
    .optional(),
})
