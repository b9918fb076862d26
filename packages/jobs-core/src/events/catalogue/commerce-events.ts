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
  /** The order number for the customer, such as `#1001`. */
  orderNumber?: string | undefined
  /** The total price, in the currency's minor unit, such as cents: 9999 is 99.99. */
  totalAmount?: number | undefined
  /** The price of the items, in the currency's minor unit, such as cents. */
  subtotalAmount?: number | undefined
  /** The included tax, in the currency's minor unit, such as cents. */
  taxAmount?: number | undefined
  /** The shipping costs, in the currency's minor unit, such as cents. */
  shippingAmount?: number | undefined
  /** The discount, in the currency's minor unit, such as cents. */
  discountAmount?: number | undefined
  /** The discount codes. */
  discountCodes?: string[] | undefined
  /** The ISO 4217 currency code, such as `USD`. */
  currency?: string | undefined
  /** The shop's id of the customer. */
  customerId?: string | undefined
  /** The customer's email address. */
  customerEmail?: string | undefined
  /** The items of the order. */
  items?: LineItem[] | undefined
  /** The shipping address. */
  shippingAddress?: PostalAddress | undefined
  /** The billing address. */
  billingAddress?: PostalAddress | undefined
  /** The time of the order, ISO 8601 with a time zone. */
  placedAt?: string | undefined
}

/** Payload of `order.fulfilled`: all or part of an order was shipped. */
export interface OrderFulfilled extends TenantPayload {
  /** The shop's id of the order. */
  orderId: string
  /** The id of the shipment. An order can have several. */
  fulfillmentId?: string | undefined
  /** The carrier, such as `dhl`. */
  carrier?: string | undefined
  /** The carrier's tracking number. */
  trackingNumber?: string | undefined
  /** The URL of the tracking page. */
  trackingUrl?: string | undefined
  /** The items in this shipment. Absent: all items of the order. */
  items?: LineItem[] | undefined
  /** The customer's email address. */
  customerEmail?: string | undefined
  /** The time of the shipment, ISO 8601 with a time zone. */
  shippedAt?: string | undefined
  /** The expected time of delivery, ISO 8601 with a time zone. */
  estimatedDeliveryAt?: string | undefined
}

/** Payload of `order.delivered`: a shipment was delivered. */
export interface OrderDelivered extends TenantPayload {
  /** The shop's id of the order. */
  orderId: string
  /** The id of the shipment. An order can have several. */
  fulfillmentId?: string | undefined
  /** The carrier, such as `dhl`. */
  carrier?: string | undefined
  /** The carrier's tracking number. */
  trackingNumber?: string | undefined
  /** The customer's email address. */
  customerEmail?: string | undefined
  /** The time of delivery, ISO 8601 with a time zone. */
  deliveredAt?: string | undefined
}

/** Payload of `order.refunded`: all or part of an order was refunded. */
export interface OrderRefunded extends TenantPayload {
  /** The shop's id of the order. */
  orderId: string
  /** The shop's id of the refund. An order can have several. */
  refundId?: string | undefined
  /** The refunded amount, in the currency's minor unit, such as cents. Not negative. */
  refundAmount?: number | undefined
  /** The ISO 4217 currency code, such as `USD`. */
  currency?: string | undefined
  /** The reason, such as `customer` or `damaged`. */
  reason?: string | undefined
  /** True if the goods return to stock. */
  restock?: boolean | undefined
  /** The refunded items. */
  items?: LineItem[] | undefined
  /** The shop's id of the customer. */
  customerId?: string | undefined
  /** The customer's email address. */
  customerEmail?: string | undefined
  /** The time of the refund, ISO 8601 with a time zone. */
  refundedAt?: string | undefined
}

/** The built-in order events by name, each with its payload. */
export interface CommerceEvents {
  /** A new order was placed. */
  'order.created': OrderCreated
  /** All or part of an order was shipped. */
  'order.fulfilled': OrderFulfilled
  /** A shipment was delivered. */
  'order.delivered': OrderDelivered
  /** All or part of an order was refunded. */
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
