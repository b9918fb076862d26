import type { JobHandle, JobInput } from '@cgk-platform/jobs'

import type { InvoiceLine } from '../../invoice-lines.ts'
import { toShopEvents } from '../../orders.ts'

/** An order of the file. */
export interface Order {
  readonly placedAt: Date
  readonly payload: JobInput<'order.created'>
}

/** An order that was sent to the workflow. */
export interface AcceptedOrder extends Order {
  readonly job: Pick<JobHandle, 'id'>
}

/** Returns the orders of the file's first day, in the order of the file. */
export function ordersOfFirstDay(lines: readonly InvoiceLine[]): Order[] {
  const events = toShopEvents(lines)
  const day = dayOf(events[0]!.at)
  return events.flatMap(({ at, item }) =>
    item.event === 'order.created' && dayOf(at) === day ? [{ placedAt: at, payload: item.payload }] : [],
  )
}

function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10)
}
