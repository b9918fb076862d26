import { readFile } from 'node:fs/promises'

import { catalogue } from '@cgk-platform/jobs'
import { expect, it } from 'vitest'

import { readInvoiceLines } from '../src/invoice-lines.ts'
import { toShopEvents } from '../src/orders.ts'

const csv = await readFile(new URL('../data/online-retail-2010-12-01.csv', import.meta.url), 'utf8')
const events = toShopEvents(readInvoiceLines(csv))
const payloads = events.map(({ item }) => item.payload)

it('reads quoted fields with commas and quotation marks', () => {
  const description = (sku: string) => readInvoiceLines(csv).find((line) => line.sku === sku)?.description
  expect(description('82567')).toBe('AIRLINE LOUNGE,METAL SIGN')
  expect(description('22041')).toBe('RECORD FRAME 7" SINGLE SIZE ')
})

it('names an invalid line', () => {
  const [header, first] = csv.split('\n')
  expect(() => readInvoiceLines(`${header}\n${first}\n536365,broken`)).toThrow('Line 3')
  expect(() => readInvoiceLines(first!)).toThrow('must begin with')
})

it('converts every invoice to one event that is valid on every engine', async () => {
  expect(events).toHaveLength(310)
  for (const { item } of events) {
    expect((await catalogue[item.event]['~standard'].validate(item.payload)).issues).toBeUndefined()
    expect(JSON.stringify(item.payload).length).toBeLessThan(110 * 1024)
  }
})

it('converts an invoice to an order in pence', () => {
  expect(payloads[0]).toMatchObject({
    tenantId: 'united-kingdom',
    orderId: '536365',
    totalAmount: 13_912,
    currency: 'GBP',
    customerId: '17850',
    customerEmail: 'customer-17850@example.com',
    placedAt: '2010-12-01T08:26:00Z',
  })
  expect(payloads[0]?.items?.[0]).toEqual({
    sku: '85123A',
    name: 'WHITE HANGING HEART T-LIGHT HOLDER',
    quantity: 6,
    unitAmount: 255,
  })
})

it('converts a cancellation to a refund with positive pence and pieces', () => {
  const refund = payloads.find(({ orderId }) => orderId === 'C536817')
  expect(refund).toMatchObject({ tenantId: 'eire', refundId: 'C536817', refundAmount: 750 })
  expect(refund?.items).toMatchObject([
    { sku: '22187', quantity: 1 },
    { sku: '71477', quantity: 1 },
  ])
})

it('omits the customer if the invoice names none', () => {
  expect(payloads.filter(({ customerId }) => customerId === undefined)).toHaveLength(23)
  expect(payloads.filter(({ customerEmail }) => customerEmail === undefined)).toHaveLength(23)
})
