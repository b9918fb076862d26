import * as z from 'zod/v4'

import {
  amount,
  currency,
  instant,
  type LineItem,
  lineItem,
  type PostalAddress,
  postalAddress,
  type TenantPayload,
  tenantId,
  text,
} from './shared-fields.ts'

/** Payload of `order.created`: a new order was placed. */
export interface OrderCreated extends TenantPayload {
  orderId: string
  /** The number that the customer sees, such as `#1001`. */
  orderNumber?: string | undefined
  /** What the customer pays, in the currency's minor unit: 9999 is 99.99. */
  totalAmount?: number | undefined
  subtotalAmount?: number | undefined
  taxAmount?: number | undefined
  shippingAmount?: number | undefined
  discountAmount?: number | undefined
  discountCodes?: string[] | undefined
  /** ISO 4217, such as `USD`. */
  currency?: string | undefined
  customerId?: string | undefined
  customerEmail?: string | undefined
  items?: LineItem[] | undefined
  shippingAddress?: PostalAddress | undefined
  billingAddress?: PostalAddress | undefined
  /** ISO 8601 with a zone. */
  placedAt?: string | undefined
}

export const orderCreated: z.ZodType<OrderCreated, OrderCreated> = z.looseObject({
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
})

/** Payload of `order.fulfilled`: an order, or a part of it, was shipped. */
export interface OrderFulfilled extends TenantPayload {
  orderId: string
  /** The shipment, where an order may leave in several. */
  fulfillmentId?: string | undefined
  carrier?: string | undefined
  trackingNumber?: string | undefined
  trackingUrl?: string | undefined
  /** The lines in this shipment; absent means all of the order. */
  items?: LineItem[] | undefined
  customerEmail?: string | undefined
  shippedAt?: string | undefined
  estimatedDeliveryAt?: string | undefined
}

export const orderFulfilled: z.ZodType<OrderFulfilled, OrderFulfilled> = z.looseObject({
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
})

/** Payload of `order.delivered`: the carrier handed a shipment over. */
export interface OrderDelivered extends TenantPayload {
  orderId: string
  fulfillmentId?: string | undefined
  carrier?: string | undefined
  trackingNumber?: string | undefined
  customerEmail?: string | undefined
  deliveredAt?: string | undefined
}

export const orderDelivered: z.ZodType<OrderDelivered, OrderDelivered> = z.looseObject({
  tenantId,
  orderId: text,
  fulfillmentId: text.optional(),
  carrier: text.optional(),
  trackingNumber: text.optional(),
  customerEmail: z.email().optional(),
  deliveredAt: instant.optional(),
})

/** Payload of `order.refunded`: money went back, for the whole order or a part of it. */
export interface OrderRefunded extends TenantPayload {
  orderId: string
  refundId?: string | undefined
  /** What is paid back, in the currency's minor unit; positive. */
  refundAmount?: number | undefined
  currency?: string | undefined
  /** Why, in the shop's words, such as `customer` or `damaged`. */
  reason?: string | undefined
  /** True where the goods go back into stock. */
  restock?: boolean | undefined
  items?: LineItem[] | undefined
  customerId?: string | undefined
  customerEmail?: string | undefined
  refundedAt?: string | undefined
}

export const orderRefunded: z.ZodType<OrderRefunded, OrderRefunded> = z.looseObject({
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
})
