import { findRun, type JobClient } from '@cgk-platform/jobs'

import { journeyOf } from '../../courier.ts'
import { fulfilOrder } from '../../fulfil-order.ts'
import type { Parcel } from '../../warehouse.ts'
import type { TimedEngine } from '../play-days.ts'
import type { Screen } from '../screen.ts'
import type { AcceptedOrder, Order } from './order.ts'

const hourMs = 60 * 60 * 1000
const dayMs = 24 * hourMs
/** The workflow's two waits, and a day for what follows them. */
const longestMs = (1 + 7 + 1) * dayMs
const dayName = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', timeZone: 'UTC' })

/** Accepts every order at its own time of day, brings the parcels in the days after it, and lets the last wait end. */
export async function playFulfilment(
  { client, passTo }: TimedEngine,
  orders: readonly Order[],
  screen: Screen,
): Promise<AcceptedOrder[]> {
  const accepted: AcceptedOrder[] = []
  for (const order of orders) {
    await passTo(order.placedAt.getTime())
    const { payload } = order
    const job = await client.sendJob('order.accepted', payload, { idempotencyKey: payload.orderId })
    accepted.push({ ...order, job })
    screen.progress(`  ${accepted.length} of ${orders.length} orders are accepted`)
  }
  const closing = accepted.at(-1)!.placedAt.getTime()
  screen.line(`  ${dayName.format(closing)}: ${accepted.length} orders are accepted.`)

  await passTo(closing + hourMs)
  const deliveries = await deliveriesOf(client, accepted)
  for (const [index, { at, order }] of deliveries.entries()) {
    await passTo(at)
    const { tenantId, orderId } = order.payload
    const deliveredAt = new Date(at).toISOString()
    await client.sendJob('order.delivered', { tenantId, orderId, deliveredAt }, { idempotencyKey: orderId })
    screen.progress(`  ${dayName.format(at)}: ${index + 1} of ${deliveries.length} parcels are delivered`)
  }
  screen.line(
    `  Until ${dayName.format(deliveries.at(-1)?.at ?? closing)}: ${deliveries.length} parcels are delivered.`,
  )

  const end = closing + longestMs
  await passTo(end)
  screen.line(`  Until ${dayName.format(end)}: whatever waited for a parcel has waited its seven days.`)
  return accepted
}

/** When each parcel arrives that was packed and does arrive, the first one first. */
async function deliveriesOf(client: JobClient, accepted: readonly AcceptedOrder[]) {
  const statuses = await Promise.all(accepted.map(({ job }) => client.getJobStatus(job.id)))
  return accepted
    .flatMap((order, index) => {
      const packed = findRun(statuses[index]!, fulfilOrder)?.steps?.find(({ id }) => id === 'pack')
      const parcel = packed?.output as Parcel | undefined
      const journey = parcel && journeyOf(parcel.trackingNumber)
      return typeof journey === 'object' ? [{ order, at: order.placedAt.getTime() + journey.days * dayMs }] : []
    })
    .toSorted((one, other) => one.at - other.at)
}
