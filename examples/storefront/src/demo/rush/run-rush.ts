import { readFileSync } from 'node:fs'

import { readInvoiceLines } from '../../invoice-lines.ts'
import { packingRoom } from '../../packing-room.ts'
import { confirmOrder, packSaleOrder, updateShop } from '../../rush-jobs.ts'
import { ordersOfFirstDay } from '../fulfilment/order.ts'
import type { DemoOptions } from '../options.ts'
import type { Screen } from '../screen.ts'
import { createVirtualTimeEngine } from '../virtual-time-engine.ts'
import { sendAll } from '../demo-engine.ts'
import { findRushMismatches } from './find-rush-mismatches.ts'
import { isExpress, readRushOrder } from './rush-order.ts'
import { showRush } from './show-rush.ts'

const file = new URL('../../../data/online-retail-2010-12-01.csv', import.meta.url)
const outageMs = 30_000
const minuteMs = 60_000

/** Sends the orders of a day at once and shows when their jobs started. Returns false if a limit was exceeded. */
export async function runRush(_options: DemoOptions, screen: Screen): Promise<boolean> {
  const orders = ordersOfFirstDay(readInvoiceLines(readFileSync(file, 'utf8')))
  const startAt = orders[0]!.placedAt
  const jobs = [confirmOrder, updateShop, packSaleOrder]
  const { client, advanceTo, close } = createVirtualTimeEngine({ startAt, jobs })
  try {
    screen.bold('A sale opens: all orders of one day of a real shop arrive in the same second.')
    screen.line('The clock is virtual.')
    await client.pauseJobs({ definitionId: confirmOrder.id }) // its mail service is down
    const handles = await sendAll(
      client,
      orders.map((order) => ({
        event: 'sale.ordered',
        payload: order.payload,
        options: { priority: isExpress(order) ? 600 : 0 },
      })),
    )
    const openedAt = startAt.getTime()
    await advanceTo!(openedAt + outageMs)
    await client.resumeJobs({ definitionId: confirmOrder.id })
    await advanceTo!(openedAt + 2 * minuteMs)
    const results = await Promise.all(
      orders.map((order, index) => readRushOrder(client, { order, job: handles[index]!, openedAt })),
    )
    const busiest = packingRoom.busiest()
    const mismatches = findRushMismatches(results, { outageMs, busiest })
    screen.line()
    showRush({ orders: results, outageMs, busiest, mismatches }, screen)
    return mismatches.length === 0
  } finally {
    await close()
  }
}
