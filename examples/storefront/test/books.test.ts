import { describe, expect, it } from 'vitest'

import { courier, journeyOf } from '../src/courier.ts'
import { createLedger, type Entry } from '../src/ledger.ts'
import { createOutbox } from '../src/outbox.ts'
import { createStock } from '../src/stock.ts'
import { createWarehouse } from '../src/warehouse.ts'

describe('the ledger', () => {
  const closing = new Date('2010-12-01T21:00:00Z')
  const sale: Entry = {
    tenantId: 'eire',
    kind: 'sale',
    reference: '1',
    amount: 500,
    at: new Date('2010-12-01T10:00:00Z'),
  }

  it('books an entry once', async () => {
    const ledger = createLedger()
    await ledger.book(sale)
    await ledger.book(sale)
    expect(await ledger.dayUntil(closing, 'eire')).toMatchObject({ orders: 1, sales: 500 })
  })

  it('separates the shops', async () => {
    const ledger = createLedger()
    await ledger.book(sale)
    await ledger.book({ ...sale, tenantId: 'france', amount: 70 })
    expect(await ledger.dayUntil(closing, 'france')).toMatchObject({ orders: 1, sales: 70 })
  })

  it('counts an entry at closing time for the next day, and each entry for one day', async () => {
    const ledger = createLedger()
    await ledger.book({ ...sale, at: closing })
    expect(await ledger.dayUntil(closing, 'eire')).toMatchObject({ orders: 0 })
    expect(await ledger.dayUntil(new Date('2010-12-02T21:00:00Z'), 'eire')).toMatchObject({ orders: 1 })
    expect(await ledger.dayUntil(new Date('2010-12-03T21:00:00Z'), 'eire')).toMatchObject({ orders: 0 })
  })

  it('counts a refusal as an order without a sale', async () => {
    const ledger = createLedger()
    await ledger.book({ ...sale, kind: 'refusal', amount: 0 })
    await ledger.book({ ...sale, kind: 'refund', amount: 20 })
    const report = { orders: 1, refused: 1, sales: 0, refunds: 1, refunded: 20 }
    expect(await ledger.dayUntil(closing, 'eire')).toEqual(report)
  })
})

it('the stock moves goods once for each reference, in both directions', async () => {
  const stock = createStock()
  const items = [
    { sku: 'lantern', quantity: 6 },
    { sku: 'heart', quantity: 2 },
  ]
  expect(await stock.take('order', items)).toEqual({ lines: 2, pieces: 8 })
  expect(await stock.take('order', items)).toEqual({ lines: 2, pieces: 8 })
  expect(await stock.balanceOf('lantern')).toBe(-6)
  await stock.putBack('order', [{ sku: 'lantern', quantity: 1 }])
  expect(await stock.balanceOf('lantern')).toBe(-5)
  expect(await stock.balanceOf('never sold')).toBe(0)
})

it('the outbox delivers a mail once', async () => {
  const outbox = createOutbox()
  const mail = { id: 'mail', to: 'customer@example.com', type: 'order_confirmation', subject: 'Paid' }
  await outbox.deliver(mail)
  await outbox.deliver(mail)
  expect(await outbox.delivered()).toEqual([mail])
})

it('the warehouse packs and unpacks an order once, and packs nothing if an article is sold out', async () => {
  const shelves = createStock()
  const warehouse = createWarehouse(shelves)
  const items = [{ sku: 'lantern', quantity: 6 }]
  const pack = () => warehouse.pack({ idempotencyKey: 'pack', orderId: '1', items })
  expect(await pack()).toEqual({ trackingNumber: 'P1', pieces: 6 })
  expect(await pack()).toEqual({ trackingNumber: 'P1', pieces: 6 })
  const soldOut = [...items, { sku: '21899', quantity: 1 }]
  const refused = warehouse.pack({ idempotencyKey: 'refused', orderId: '2', items: soldOut })
  await expect(refused).rejects.toThrow('Article 21899 is sold out')
  expect(await shelves.balanceOf('lantern')).toBe(-6)
  const unpack = () => warehouse.unpack({ idempotencyKey: 'unpack', orderId: '1', items })
  await unpack()
  await unpack()
  expect(await shelves.balanceOf('lantern')).toBe(0)
})

it('the courier finds a stuck parcel and reports one that went back', async () => {
  expect([journeyOf('P10'), journeyOf('P14'), journeyOf('P19'), journeyOf('P59')]).toEqual([
    { days: 2 },
    { days: 6 },
    'stuck',
    'sent back',
  ])
  expect(await courier.chase('P19')).toEqual({ foundAt: 'the depot' })
  await expect(courier.chase('P59')).rejects.toThrow('Parcel P59 went back to the sender')
})
