'use server'

import { JobsError } from '@cgk-platform/jobs'
import { refresh } from 'next/cache'

import { orderBook } from '../src/order-book.ts'
import { isOrderId } from '../src/order-id.ts'
import { plots } from '../src/plots.ts'
import { shopJobs } from '../src/shop.ts'

/** What an action has to say: nothing where all went well. */
export interface Answer {
  readonly problem?: string
}

/** Sends a new order to the jobs that handle it. */
export async function placeOrder(_before: Answer, form: FormData): Promise<Answer> {
  // Whatever came instead of words is refused by the event's schema.
  const { customer = '', pounds, plot: name, orderId } = Object.fromEntries(form) as Record<string, string>
  const plot = plots.find((known) => known.name === name) ?? plots[0]
  const totalAmount = plot.totalOf(Number(pounds))
  if (!isOrderId(orderId)) return { problem: 'This form is not whole: load the page again.' }

  return answer(async () => {
    const job = await shopJobs().sendJob(
      'order.created',
      { orderId, totalAmount, currency: 'GBP', customerEmail: customer, items: [{ name: 'Gift box', quantity: 1 }] },
      { ...plot.options, idempotencyKey: orderId }, // a form that is sent twice is one order
    )
    await orderBook.add({ id: orderId, customer, totalAmount, placedAt: new Date(), jobId: job.id })
    refresh()
  })
}

/** Cancels an order's job; one that has ended stays as it ended. */
export async function cancelOrder(jobId: string): Promise<Answer> {
  return answer(() => shopJobs().cancelJob(jobId))
}

/** Runs what failed in an order's job again. */
export async function retryOrder(jobId: string): Promise<Answer> {
  return answer(() => shopJobs().retryJob(jobId))
}

/** Says what the library says; anything else is a bug and stays one. */
async function answer(act: () => Promise<unknown>): Promise<Answer> {
  try {
    await act()
    return {}
  } catch (error) {
    if (JobsError.isInstance(error)) return { problem: error.message }
    throw error
  }
}
