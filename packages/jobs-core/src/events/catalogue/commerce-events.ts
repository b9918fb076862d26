import * as z from 'zod/v4'

import {
  amount,
  currency,
  instant,
  type LineItem,
  lineItem,
  type PostalAddress,
  postalAddress,
  type SchemasOf,
  type TenantPayload,
  tenantId,
  text,
} from './shared-fields.ts'

/** Payload of `order.created`: a new order was placed. */
export interface OrderCreated extends TenantPayload {
  /** The shop's id of the order. */
  orderId: string
  /** The number that the customer sees, such as `#1001`. */
  orderNumber?: string | undefined
  /** What the customer pays, in the currency's minor unit: 9999 is 99.99. */
  totalAmount?: number | undefined
  /** The lines alone, in the currency's minor unit. */
  subtotalAmount?: number | undefined
  /** The tax in it, in the currency's minor unit. */
  taxAmount?: number | undefined
  /** What the shipping costs, in the currency's minor unit. */
  shippingAmount?: number | undefined
  /** What was taken off, in the currency's minor unit. */
  discountAmount?: number | undefined
  /** The codes that took it off. */
  discountCodes?: string[] | undefined
  /** ISO 4217, such as `USD`. */
  currency?: string | undefined
  /** The shop's id of the customer. */
  customerId?: string | undefined
  /** Where the customer is written to. */
  customerEmail?: string | undefined
  /** The lines of the order. */
  items?: LineItem[] | undefined
  /** Where it is shipped to. */
  shippingAddress?: PostalAddress | undefined
  /** Where the invoice goes. */
  billingAddress?: PostalAddress | undefined
  /** ISO 8601 with a zone. */
  placedAt?: string | undefined
}

/** Payload of `order.fulfilled`: an order, or a part of it, was shipped. */
export interface OrderFulfilled extends TenantPayload {
  /** The shop's id of the order. */
  orderId: string
  /** The shipment, where an order may leave in several. */
  fulfillmentId?: string | undefined
  /** Who carries it, such as `dhl`. */
  carrier?: string | undefined
  /** The carrier's number of the parcel. */
  trackingNumber?: string | undefined
  /** Where the customer follows it. */
  trackingUrl?: string | undefined
  /** The lines in this shipment; absent means all of the order. */
  items?: LineItem[] | undefined
  /** Where the customer is written to. */
  customerEmail?: string | undefined
  /** ISO 8601 with a zone. */
  shippedAt?: string | undefined
  /** ISO 8601 with a zone. */
  estimatedDeliveryAt?: string | undefined
}

/** Payload of `order.delivered`: the carrier handed a shipment over. */
export interface OrderDelivered extends TenantPayload {
  /** The shop's id of the order. */
  orderId: string
  /** The shipment, where an order may leave in several. */
  fulfillmentId?: string | undefined
  /** Who carried it, such as `dhl`. */
  carrier?: string | undefined
  /** The carrier's number of the parcel. */
  trackingNumber?: string | undefined
  /** Where the customer is written to. */
  customerEmail?: string | undefined
  /** ISO 8601 with a zone. */
  deliveredAt?: string | undefined
}

/** Payload of `order.refunded`: money went back, for the whole order or a part of it. */
export interface OrderRefunded extends TenantPayload {
  /** The shop's id of the order. */
  orderId: string
  /** The shop's id of the refund, where an order may have several. */
  refundId?: string | undefined
  /** What is paid back, in the currency's minor unit; positive. */
  refundAmount?: number | undefined
  /** ISO 4217, such as `USD`. */
  currency?: string | undefined
  /** Why, in the shop's words, such as `customer` or `damaged`. */
  reason?: string | undefined
  /** True where the goods go back into stock. */
  restock?: boolean | undefined
  /** The lines that are paid back. */
  items?: LineItem[] | undefined
  /** The shop's id of the customer. */
  customerId?: string | undefined
  /** Where the customer is written to. */
  customerEmail?: string | undefined
  /** ISO 8601 with a zone. */
  refundedAt?: string | undefined
}

/** The built-in events of orders by name, each with its payload. */
export interface CommerceEvents {
  /** A new order was placed. */
  'order.created': OrderCreated
  /** An order, or a part of it, was shipped. */
  'order.fulfilled': OrderFulfilled
  /** The carrier handed a shipment over. */
  'order.delivered': OrderDelivered
  /** Money went back, for the whole order or a part of it. */
  'order.refunded': OrderRefunded
}

export const commerceSchemas: SchemasOf<CommerceEvents> = {
  'order.created': z.looseObject({
    tenantId,
    orderId: text,
    orderNumber: text.optional(),
    totalAmount: amount.optional(),
    subtotalAmount: amount.optional(),
    taxAmount: amount.optional(),
    shippingAmount: amount.optional(),
    discountAmount: amount.optional(),
    discountCodes: z.array(text).optional(),
    currency: currency.optional(),
    customerId: text.optional(),
    customerEmail: z.email().optional(),
    items: z.array(lineItem).optional(),
    shippingAddress: postalAddress.optional(),
    billingAddress: postalAddress.optional(),
    placedAt: instant.optional(),
  }),
  'order.fulfilled': z.looseObject({
    tenantId,
    orderId: text,
    fulfillmentId: text.optional(),
    carrier: text.optional(),
    trackingNumber: text.optional(),
    trackingUrl: z.url().optional(),
    items: z.array(lineItem).optional(),
    customerEmail: z.email().optional(),
    shippedAt: instant.optional(),
    estimatedDeliveryAt: instant.optional(),
  }),
  'order.delivered': z.looseObject({
    tenantId,
    orderId: text,
    fulfillmentId: text.optional(),
    carrier: text.optional(),
    trackingNumber: text.optional(),
    customerEmail: z.email().optional(),
    deliveredAt: instant.optional(),
  }),
  'order.refunded': z.looseObject({
    tenantId,
    orderId: text,
    refundId: text.optional(),
    refundAmount: amount.nonnegative().optional(),
    currency: currency.optional(),
    reason: z.string().optional(),
    restock: z.boolean().optional(),
    items: z.array(lineItem).optional(),
    customerId: text.optional(),
    customerEmail: z.email().optional(),
    refundedAt: instant.optional(),
  }),
}
