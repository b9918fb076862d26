import type { Booking } from '../../gateway.ts'
import { formatPounds } from '../../money.ts'
import { shops } from '../../shops.ts'
import type { Screen } from '../screen.ts'
import { showRows } from '../show-rows.ts'
import { type OrderWithResult, figuresOf } from './fulfilment-figures.ts'

const titles = ['Shop', 'Orders', 'Completed', 'Chased', 'Compensated', 'Failed', 'Taken', 'Refunded', 'Sold']

/** Shows a row for each shop, a total, a summary and the mismatches. */
export function showFulfilment(
  orders: readonly OrderWithResult[],
  books: readonly Booking[],
  mismatches: readonly string[],
  screen: Screen,
): void {
  const rowOf = (name: string, some: readonly OrderWithResult[]): string[] => {
    const { orders: count, completed, chased, compensated, failed, taken, refunded, sold } = figuresOf(some, books)
    return [
      name,
      ...[count, completed, chased, compensated, failed].map(String),
      ...[taken, refunded, sold].map(formatPounds),
    ]
  }
  const ofShop = (id: string) => orders.filter(({ order }) => order.payload.tenantId === id)
  showRows([titles, ...shops.map(({ id, name }) => rowOf(name, ofShop(id))), rowOf('All', orders)], screen)

  const results = orders.map(({ result }) => result)
  const failedAt = (step: string) => results.filter((result) => result.failedAt === step)
  const [free, declined] = [
    failedAt('charge').filter((result) => result.attempts === 1),
    failedAt('charge').filter((result) => result.attempts > 1),
  ]
  const retried = results.filter(({ attempts, paymentId }) => attempts > 1 && paymentId !== undefined)
  const [soldOut, sentBack] = [failedAt('pack'), failedAt('chase')]
  screen.line()
  screen.line(
    `Failed       ${free.length} orders had nothing to pay, ${declined.length} cards were declined five times: nothing to compensate.`,
  )
  screen.line(`Compensated  ${soldOut.length} were sold out after payment: ${compensatedOf(soldOut)}.`)
  screen.line(`             ${sentBack.length} parcels went back to the sender: ${compensatedOf(sentBack)}.`)
  screen.line(
    `Chased       ${figuresOf(orders, books).chased} parcels had not arrived after seven days, and were found.`,
  )
  screen.line(`Retries      ${retried.length} payments were declined at first: retried after 1 s, then after 2 s.`)
  screen.line(
    `Mail         ${results.filter(({ mailed }) => mailed).length} confirmations, sent while the goods were packed.`,
  )
  screen.line('Crash        not simulated: run `./dev demo --store sqlite` and kill it half-way.')
  screen.line()
  for (const mismatch of mismatches) screen.line(`Wrong        ${mismatch}`)
  screen.bold(
    mismatches.length === 0
      ? "Taken minus refunded equals sold, to the penny, by the gateway's own books."
      : `Mismatches: ${mismatches.length}.`,
  )
  screen.line('One workflow did this, the same on every engine: examples/storefront/src/fulfil-order.ts')
}

/** Describes which steps were compensated in these orders. */
function compensatedOf(results: readonly OrderWithResult['result'][]): string {
  const ways = new Set(results.map(({ compensated }) => compensated.join(', then ')))
  return [...ways].map((way) => (way === '' ? 'nothing compensated' : `${way} compensated`)).join('; or ')
}
