'use server'

import { JobsError } from '@cgk-platform/jobs/errors'
import { refresh } from 'next/cache'

import { orderBook } from '../src/order-book.ts'
import { isOrderId } from '../src/order-id.ts'
import { scenarios } from '../src/scenarios.ts'
import { shopJobs } from '../src/shop.ts'

/** The result of an action. */
export interface ActionResult {
  /** An error message for the visitor. Absent on success. */
  readonly problem?: string
}

/** Sends the event of a new order. */
export async function placeOrder(_previous: ActionResult, form: FormData): Promise<ActionResult> {
  // The event's schema rejects values that are not strings.
  const { customer = '', pounds, scenario: name, orderId } = Object.fromEntries(form) as Record<string, string>
  const scenario = scenarios.find((known) => known.name === name) ?? scenarios[0]
  const totalAmount = scenario.totalOf(Number(pounds))
  if (!isOrderId(orderId)) return { problem: 'This form is incomplete. Load the page again.' }

  return toResult(async () => {
    const job = await shopJobs().sendJob(
      'order.created',
      { orderId, totalAmount, currency: 'GBP', customerEmail: customer, items: [{ name: 'Gift box', quantity: 1 }] },
      { ...scenario.options, idempotencyKey: orderId }, // submitting the form twice places one order
    )
    await orderBook.add({ id: orderId, customer, totalAmount, placedAt: new Date(), jobId: job.id })
    refresh()
  })
}

/** Cancels an order's job. Has no effect on a job that has ended. */
export async function cancelOrder(jobId: string): Promise<ActionResult> {
  return toResult(() => shopJobs().cancelJob(jobId))
}

/** Retries the failed runs of an order's job. */
export async function retryOrder(jobId: string): Promise<ActionResult> {
  return toResult(() => shopJobs().retryJob(jobId))
}

/** Converts an error of the library to a message. Rethrows other errors. */
async function toResult(act: () => Promise<unknown>): Promise<ActionResult> {
  try {
    await act()
    return {}
  } catch (error) {
    if (JobsError.isInstance(error)) return { problem: error.message }
    throw error
  }
}
