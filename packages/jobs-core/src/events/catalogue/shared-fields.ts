import * as z from 'zod/v4'

/** The fields of every payload. */
export interface TenantPayload {
  /** The tenant of the event. Never empty. */
  tenantId: string
}

/** A schema for each event. */
export type SchemasOf<Events> = { readonly [E in keyof Events]: z.ZodType<Events[E], Events[E]> }

/** One item of an order, a shipment or a refund. */
export interface LineItem {
  /** The shop's stock-keeping unit. */
  sku?: string | undefined
  /** The shop's id of the product. */
  productId?: string | undefined
  /** The shop's id of the variant, such as a size. */
  variantId?: string | undefined
  /** The product's name for the customer. */
  name?: string | undefined
  /** The number of pieces, a whole number. */
  quantity: number
  /** The price of one piece, in the currency's minor unit (cents, pence). */
  unitAmount?: number | undefined
}

/** A postal address. */
export interface PostalAddress {
  /** The recipient. */
  name?: string | undefined
  /** Street and number. */
  line1?: string | undefined
  /** Apartment, floor or company. */
  line2?: string | undefined
  /** The town. */
  city?: string | undefined
  /** State, province or county. */
  region?: string | undefined
  /** The postal code, in the country's format. */
  postalCode?: string | undefined
  /** The ISO 3166-1 alpha-2 country code, such as `GB`. */
  countryCode?: string | undefined
}

/** A non-empty string. */
export const text: z.ZodString = z.string().min(1)

/** The tenant's id: a string that is not blank. */
export const tenantId: z.ZodString = z.string().regex(/\S/, 'must not be blank')

/** An amount in the currency's minor unit (cents, pence), a whole number: 9999 is 99.99. */
export const amount: z.ZodInt = z.int({
  error: ({ expected, input }) => {
    if (expected !== 'int') return undefined
    const hundredfold = Number(((input as number) * 100).toPrecision(15)) // 99.95 * 100 is 9995.000000000001
    const remedy = Number.isSafeInteger(hundredfold) ? `pass ${hundredfold}` : 'pass a whole number'
    return `is an amount in minor units, such as cents: ${remedy}`
  },
})

/** An ISO 4217 currency code in uppercase. */
export const currency: z.ZodString = z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as USD')

/** A time as an ISO 8601 string with a time zone, because payloads are JSON. */
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
