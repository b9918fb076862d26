import { findRun, type JobClient } from '@cgk-platform/jobs'

import { journeyOf } from '../../courier.ts'
import { fulfilOrder } from '../../fulfil-order.ts'
import type { Parcel } from '../../warehouse.ts'
import type { TimedEngine } from '../simulate-days.ts'
import type { Screen } from '../screen.ts'
import type { AcceptedOrder, Order } from './order.ts'

const hourMs = 60 * 60 * 1000
const dayMs = 24 * hourMs
/** The workflow's two waits, and one more day. */
const maxDurationMs = (1 + 7 + 1) * dayMs
const dayName = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', timeZone: 'UTC' })

/** Accepts every order at its own time of day, delivers the parcels over days, and advances past the last wait. */
export async function simulateFulfilment(
  { client, advanceTo }: TimedEngine,
  orders: readonly Order[],
  screen: Screen,
): Promise<AcceptedOrder[]> {
  const accepted: AcceptedOrder[] = []
  for (const order of orders) {
    await advanceTo(order.placedAt.getTime())
    const { payload } = order
    const job = await client.sendJob(fulfilOrder, payload, { idempotencyKey: payload.orderId })
    accepted.push({ ...order, job })
    screen.progress(`  ${accepted.length} of ${orders.length} orders accepted`)
  }
  const closing = accepted.at(-1)!.placedAt.getTime()
  screen.line(`  ${dayName.format(closing)}: ${accepted.length} orders accepted.`)

  await advanceTo(closing + hourMs)
  const deliveries = await deliveriesOf(client, accepted)
  for (const [index, { at, order }] of deliveries.entries()) {
    await advanceTo(at)
    const { tenantId, orderId } = order.payload
    const deliveredAt = new Date(at).toISOString()
    await client.sendJob('order.delivered', { tenantId, orderId, deliveredAt }, { idempotencyKey: orderId })
    screen.progress(`  ${dayName.format(at)}: ${index + 1} of ${deliveries.length} parcels delivered`)
  }
  screen.line(`  Until ${dayName.format(deliveries.at(-1)?.at ?? closing)}: ${deliveries.length} parcels delivered.`)

  const end = closing + maxDurationMs
  await advanceTo(end)
  screen.line(`  Until ${dayName.format(end)}: all seven-day waits for parcels are over.`)
  return accepted
}

/** Returns the deliveries of packed parcels that arrive, in order of time. */
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
