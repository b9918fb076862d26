import { describe, expect, test } from 'vitest'

import { PayloadInvalidError } from '../../errors/payload-invalid-error.ts'
import { toJson } from '../to-json.ts'
import { validatePayload } from '../validate-payload.ts'
import type { BuiltInEvents } from './built-in-events.ts'
import { schemas } from './schemas.ts'

type Name = keyof BuiltInEvents

const tenantId = 'tenant_123'
const at = '2026-03-01T09:30:00+01:00'
const items = [{ sku: 'MUG', productId: 'p1', variantId: 'v1', name: 'Mug', quantity: 2, unitAmount: 1299 }]
const address = {
  name: 'Ada',
  line1: '1 Main St',
  line2: 'Flat 2',
  city: 'Leeds',
  region: 'W Yorks',
  postalCode: 'LS1',
  countryCode: 'GB',
}

const least: { [E in Name]: BuiltInEvents[E] } = {
  'order.created': { tenantId, orderId: 'order_456' },
  'order.fulfilled': { tenantId, orderId: 'order_456' },
  'order.delivered': { tenantId, orderId: 'order_456' },
  'order.refunded': { tenantId, orderId: 'order_456' },
  'email.send': { tenantId, type: 'order_followup', recipientEmail: 'ada@example.com' },
  'email.review_request': { tenantId, orderId: 'order_456', recipientEmail: 'ada@example.com' },
  'analytics.track': { tenantId, event: 'Product Added' },
  'analytics.page_view': { tenantId, url: '/mugs' },
  'webhook.received': { tenantId, source: 'shopify' },
  'webhook.process': { tenantId, webhookId: 'wh_1' },
}

const actor = { userId: 'u1', anonymousId: 'a1', sessionId: 's1', timestamp: at, context: { ip: '::1' } }

const full: { [E in Name]: Required<BuiltInEvents[E]> } = {
  'order.created': {
    ...least['order.created'],
    orderNumber: '#1001',
    totalAmount: 9999,
    subtotalAmount: 8000,
    taxAmount: 1600,
    shippingAmount: 499,
    discountAmount: 100,
    discountCodes: ['SPRING'],
    currency: 'USD',
    customerId: 'c1',
    customerEmail: 'ada@example.com',
    items,
    shippingAddress: address,
    billingAddress: address,
    placedAt: at,
  },
  'order.fulfilled': {
    ...least['order.fulfilled'],
    fulfillmentId: 'f1',
    carrier: 'DHL',
    trackingNumber: 'T1',
    trackingUrl: 'https://example.com/T1',
    items,
    customerEmail: 'ada@example.com',
    shippedAt: at,
    estimatedDeliveryAt: at,
  },
  'order.delivered': {
    ...least['order.delivered'],
    fulfillmentId: 'f1',
    carrier: 'DHL',
    trackingNumber: 'T1',
    customerEmail: 'ada@example.com',
    deliveredAt: at,
  },
  'order.refunded': {
    ...least['order.refunded'],
    refundId: 'r1',
    refundAmount: 1299,
    currency: 'EUR',
    reason: 'damaged',
    restock: true,
    items,
    customerId: 'c1',
    customerEmail: 'ada@example.com',
    refundedAt: at,
  },
  'email.send': {
    ...least['email.send'],
    recipientName: 'Ada',
    subject: 'Thanks',
    templateId: 't1',
    data: { first: true, nested: { list: [1] } },
    locale: 'en-GB',
    fromEmail: 'shop@example.com',
    replyToEmail: 'help@example.com',
    orderId: 'order_456',
    customerId: 'c1',
  },
  'email.review_request': {
    ...least['email.review_request'],
    recipientName: 'Ada',
    customerId: 'c1',
    productIds: ['p1'],
    reviewUrl: 'https://example.com/review',
    locale: 'en-GB',
  },
  'analytics.track': { ...least['analytics.track'], ...actor, properties: { price: 12.99 } },
  'analytics.page_view': {
    ...least['analytics.page_view'],
    ...actor,
    title: 'Mugs',
    referrer: '',
    properties: { experiment: 'b' },
  },
  'webhook.received': {
    ...least['webhook.received'],
    topic: 'orders/create',
    webhookId: 'wh_1',
    headers: { 'x-signature': 'abc' },
    body: { id: 1, lines: [null] },
    receivedAt: at,
  },
  'webhook.process': { ...least['webhook.process'], source: 'stripe', topic: 'charge.refunded', body: 'raw' },
}

/** A field with an invalid value, and the expected path of the error. */
const wrong: { readonly [E in Name]: readonly [payload: object, paths: string[]][] } = {
  'order.created': [
    [{ orderId: 456 }, ['payload.orderId']],
    [{ orderId: '' }, ['payload.orderId']],
    [{ totalAmount: 99.99, currency: 'usd' }, ['payload.totalAmount', 'payload.currency']],
    [{ currency: 'Dollar', customerEmail: 'nobody' }, ['payload.currency', 'payload.customerEmail']],
    [{ placedAt: '2026-03-01' }, ['payload.placedAt']],
    [{ items: [{ quantity: 1 }, { quantity: 1.5, sku: '' }] }, ['payload.items[1].quantity', 'payload.items[1].sku']],
    [{ items: {} }, ['payload.items']],
    [{ discountCodes: ['OK', ''] }, ['payload.discountCodes[1]']],
    [{ shippingAddress: { countryCode: 'gb' } }, ['payload.shippingAddress.countryCode']],
    [{ billingAddress: 'Leeds' }, ['payload.billingAddress']],
    [{ tenantId: ' ', orderId: null }, ['payload.tenantId', 'payload.orderId']],
  ],
  'order.fulfilled': [[{ trackingUrl: 'DHL', shippedAt: 'today' }, ['payload.trackingUrl', 'payload.shippedAt']]],
  'order.delivered': [[{ deliveredAt: 5, orderId: undefined }, ['payload.deliveredAt', 'payload.orderId']]],
  'order.refunded': [[{ refundAmount: -1, restock: 'yes' }, ['payload.refundAmount', 'payload.restock']]],
  'email.send': [
    [{ type: '', recipientEmail: 'ada' }, ['payload.type', 'payload.recipientEmail']],
    [{ data: [], fromEmail: '' }, ['payload.data', 'payload.fromEmail']],
  ],
  'email.review_request': [[{ productIds: [''], reviewUrl: '/r' }, ['payload.productIds[0]', 'payload.reviewUrl']]],
  'analytics.track': [[{ event: '', timestamp: 'noon' }, ['payload.event', 'payload.timestamp']]],
  'analytics.page_view': [[{ url: '', title: 1 }, ['payload.url', 'payload.title']]],
  'webhook.received': [[{ source: '', headers: { 'x-n': 1 } }, ['payload.source', 'payload.headers["x-n"]']]],
  'webhook.process': [[{ webhookId: '', topic: 1 }, ['payload.webhookId', 'payload.topic']]],
}

const names = Object.keys(schemas) as Name[]
const parse = (name: Name, payload: unknown) => validatePayload(name, schemas[name], toJson(payload, 'payload').json)

test('the catalogue has the ten events of the platform', () => {
  expect(names.toSorted()).toEqual(Object.keys(least).toSorted())
})

describe.each(names)('%s', (name) => {
  test('accepts only the required fields', () => expect(parse(name, least[name])).toEqual(least[name]))

  test('accepts all its fields', () => expect(parse(name, full[name])).toEqual(full[name]))

  test('keeps unknown keys', () => {
    const payload = { ...least[name], loyaltyTier: 'gold', extra: { deep: [1, null] } }
    expect(parse(name, payload)).toEqual(payload)
  })

  test.each(Object.keys(least[name]))('cannot do without `%s`', (field) => {
    expect(() => parse(name, { ...full[name], [field]: undefined })).toThrow(
      expect.objectContaining({
        code: 'payload_invalid',
        issues: [expect.objectContaining({ path: `payload.${field}` })],
      }),
    )
  })

  test.each(wrong[name])('rejects %j with the path of each field', (fields, paths) => {
    let error: unknown
    try {
      parse(name, { ...least[name], ...fields })
    } catch (thrown) {
      error = thrown
    }
    if (!PayloadInvalidError.isInstance(error)) throw new Error('It was not refused.', { cause: error })
    expect(error.event).toBe(name)
    expect(error.issues.map(({ path }) => path).toSorted()).toEqual(paths.toSorted())
    for (const { path, message } of error.issues) expect(error.message).toContain(`\`${path}\`: ${message}`)
  })

  test.each([null, 'text', [], 5])('rejects %j as a payload', (payload) => {
    expect(() => parse(name, payload)).toThrow(PayloadInvalidError)
  })
})

test.each([
  [{ totalAmount: 99.95 }, 'payload.totalAmount', 'pass 9995'],
  [{ items: [{ quantity: 1, unitAmount: 1.1 }] }, 'payload.items[0].unitAmount', 'pass 110'],
  [{ taxAmount: 0.001 }, 'payload.taxAmount', 'pass a whole number'],
])('an amount in major units is refused with the remedy: %j', (fields, path, remedy) => {
  expect(() =>
    validatePayload('order.created', schemas['order.created'], { tenantId, orderId: 'order_1', ...fields }),
  ).toThrow(
    expect.objectContaining({
      issues: [{ path, message: `is an amount in minor units, such as cents: ${remedy}` }],
    }),
  )
})
