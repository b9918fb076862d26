import * as fc from 'fast-check'
import { beforeEach, expect, it, vi } from 'vitest'

import { createVirtualTimeEngine } from '../src/demo/virtual-time-engine.ts'
import { type OrderResult, outcomeOf } from '../src/demo/fulfilment/order-outcome.ts'
import { findFulfilmentMismatches } from '../src/demo/fulfilment/find-fulfilment-mismatches.ts'
import { type OrderWithResult, figuresOf } from '../src/demo/fulfilment/fulfilment-figures.ts'
import type { Order } from '../src/demo/fulfilment/order.ts'
import { simulateFulfilment } from '../src/demo/fulfilment/simulate-fulfilment.ts'
import { fulfilOrder } from '../src/fulfil-order.ts'
import { type Booking, gateway } from '../src/gateway.ts'
import { sendEmail } from '../src/jobs.ts'
import { shops } from '../src/shops.ts'
import { stock } from '../src/stock.ts'
import { createMemoryScreen } from './demo-kit.ts'

beforeEach(() => void vi.stubEnv('JOB_LOG_LEVEL', 'silent'))

/** Fulfils orders on a new engine. Returns the results and the gateway's bookings. */
async function fulfil(orders: readonly Order[]): Promise<{ ended: OrderWithResult[]; books: readonly Booking[] }> {
  const { client, advanceTo, close } = createVirtualTimeEngine({
    startAt: orders[0]!.placedAt,
    jobs: [fulfilOrder, sendEmail],
  })
  const before = (await gateway.books()).length
  const accepted = await simulateFulfilment({ client, advanceTo: advanceTo! }, orders, createMemoryScreen())
  const statuses = await Promise.all(accepted.map(({ job }) => client.getJobStatus(job.id)))
  await close()
  const ended = accepted.map((order, index) => ({ order, result: outcomeOf(statuses[index]!) }))
  return { ended, books: (await gateway.books()).slice(before) }
}

const mug = { sku: '22064', quantity: 2 }
const soldOut = { sku: '21899', quantity: 1 }

function order(orderId: string, payload: Partial<Order['payload']> = {}): Order {
  const customer = { customerId: '17850', customerEmail: 'customer-17850@example.com' }
  return {
    placedAt: new Date('2010-12-01T10:00:00Z'),
    payload: { tenantId: 'norway', orderId, totalAmount: 1000, items: [mug], ...customer, ...payload },
  }
}

async function resultOfOne(...given: Parameters<typeof order>): Promise<OrderResult> {
  const { ended } = await fulfil([order(...given)])
  return ended[0]!.result
}

it('completes an order whose parcel arrives', async () => {
  expect(await resultOfOne('1')).toMatchObject({
    state: 'completed',
    chased: false,
    compensated: [],
    attempts: 1,
    mailed: true,
  })
})

it('charges once, at the third attempt, after two declines', async () => {
  const { ended, books } = await fulfil([order('1', { totalAmount: 1065 })])
  expect(ended[0]!.result).toMatchObject({ state: 'completed', attempts: 3 })
  expect(books).toMatchObject([{ kind: 'payment', amount: 1065, id: ended[0]!.result.paymentId }])
})

it('gives up after five declines, with nothing to compensate', async () => {
  const { ended, books } = await fulfil([order('1', { customerId: '17854' })])
  expect(ended[0]!.result).toMatchObject({
    state: 'failed',
    failedAt: 'charge',
    attempts: 5,
    compensated: [],
    mailed: false,
  })
  expect(books).toEqual([])
})

it('refunds a sold-out order and moves no goods', async () => {
  const before = await stock.balanceOf(mug.sku)
  const { ended, books } = await fulfil([order('1', { items: [mug, soldOut] })])
  const { paymentId, ...result } = ended[0]!.result
  expect(result).toMatchObject({ state: 'failed', failedAt: 'pack', compensated: ['charge'], notCompensated: [] })
  expect(books).toMatchObject([
    { kind: 'payment', amount: 1000, id: paymentId },
    { kind: 'refund', amount: 1000, paymentId },
  ])
  expect(await stock.balanceOf(mug.sku)).toBe(before)
})

it('traces a parcel that does not arrive, and compensates everything if it went back', async () => {
  expect(await resultOfOne('19')).toMatchObject({ state: 'completed', chased: true, compensated: [] })
  const before = await stock.balanceOf(mug.sku)
  expect(await resultOfOne('59')).toMatchObject({ state: 'failed', failedAt: 'chase', compensated: ['pack', 'charge'] })
  expect(await stock.balanceOf(mug.sku)).toBe(before)
})

it('sends no mail without an address', async () => {
  expect(await resultOfOne('1', { customerEmail: undefined })).toMatchObject({ state: 'completed', mailed: false })
})

const orders = fc
  .uniqueArray(
    fc.record({
      orderId: fc.integer({ min: 1, max: 99_999 }).map(String),
      tenantId: fc.constantFrom(...shops.map(({ id }) => id)),
      totalAmount: fc.oneof(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 1, max: 9_999_999 })),
      customerId: fc.option(fc.integer({ min: 10_000, max: 19_999 }).map(String), { nil: undefined }),
      items: fc.array(fc.constantFrom(mug, mug, mug, soldOut), { maxLength: 3 }),
    }),
    { selector: ({ orderId }) => orderId, minLength: 1, maxLength: 15 },
  )
  .map((all) => all.map(({ orderId, ...payload }) => order(orderId, payload)))

it('taken minus refunded equals sold in each shop, for any orders', async () => {
  await fc.assert(
    fc.asyncProperty(orders, async (some) => {
      const { ended, books } = await fulfil(some)
      expect(findFulfilmentMismatches(ended, books)).toEqual([])
      const { taken, refunded, sold } = figuresOf(ended, books)
      expect(taken - refunded).toBe(sold)
    }),
    { numRuns: 25 },
  )
})

it('finds every wrong refund', async () => {
  const { refund } = gateway
  const wrongBy = fc.integer({ min: -1000, max: 1000 }).filter((pence) => pence !== 0)
  await fc.assert(
    fc.asyncProperty(orders, wrongBy, async (some, pence) => {
      vi.spyOn(gateway, 'refund').mockImplementation((request) =>
        refund({ ...request, amount: request.amount + pence }),
      )
      const { ended, books } = await fulfil(some)
      const compensated = ended.filter(({ result }) => result.compensated.length > 0)
      const wrong = new Set(compensated.map(({ order: { payload } }) => payload.tenantId))
      expect(findFulfilmentMismatches(ended, books)).toHaveLength(wrong.size)
    }),
    { numRuns: 25 },
  )
  vi.restoreAllMocks()
})
