import type { Booking } from '../../gateway.ts'
import { formatPounds } from '../../money.ts'
import { shops } from '../../shops.ts'
import type { Screen } from '../screen.ts'
import { showRows } from '../show-rows.ts'
import { type EndedOrder, figuresOf } from './fulfilment-figures.ts'

const titles = ['Shop', 'Orders', 'Completed', 'Chased', 'Compensated', 'Failed', 'Taken', 'Refunded', 'Sold']

/** Shows a row for each shop and one for all of them, says in words what was seen, and whether it is right. */
export function showFulfilment(
  orders: readonly EndedOrder[],
  books: readonly Booking[],
  faults: readonly string[],
  screen: Screen,
): void {
  const rowOf = (name: string, some: readonly EndedOrder[]): string[] => {
    const { orders: count, completed, chased, compensated, failed, taken, refunded, sold } = figuresOf(some, books)
    return [
      name,
      ...[count, completed, chased, compensated, failed].map(String),
      ...[taken, refunded, sold].map(formatPounds),
    ]
  }
  const ofShop = (id: string) => orders.filter(({ order }) => order.payload.tenantId === id)
  showRows([titles, ...shops.map(({ id, name }) => rowOf(name, ofShop(id))), rowOf('All', orders)], screen)

  const ends = orders.map(({ end }) => end)
  const failedAt = (step: string) => ends.filter((end) => end.failedAt === step)
  const [free, declined] = [
    failedAt('charge').filter((end) => end.attempts === 1),
    failedAt('charge').filter((end) => end.attempts > 1),
  ]
  const retried = ends.filter(({ attempts, paymentId }) => attempts > 1 && paymentId !== undefined)
  const [soldOut, sentBack] = [failedAt('pack'), failedAt('chase')]
  screen.line()
  screen.line(
    `Failed       ${free.length} orders had nothing to pay, ${declined.length} cards were declined five times: nothing to compensate.`,
  )
  screen.line(`Compensated  ${soldOut.length} were sold out once they were paid: ${compensatedOf(soldOut)}.`)
  screen.line(`             ${sentBack.length} parcels went back to the sender: ${compensatedOf(sentBack)}.`)
  screen.line(
    `Chased       ${figuresOf(orders, books).chased} parcels had not arrived after seven days, and were found.`,
  )
  screen.line(`Retries      ${retried.length} payments were declined at first: made again after 1 s, then after 2 s.`)
  screen.line(
    `Mail         ${ends.filter(({ mailed }) => mailed).length} confirmations, sent while the goods were packed.`,
  )
  screen.line('Crash        none is played here: `./dev demo --store sqlite` is the one to kill half-way.')
  screen.line()
  for (const fault of faults) screen.line(`Wrong        ${fault}`)
  screen.bold(
    faults.length === 0
      ? "Taken less refunded is what was sold, to the penny, by the gateway's own books."
      : `What is wrong: ${faults.length}.`,
  )
  screen.line('One workflow did it, whatever the engine: examples/storefront/src/fulfil-order.ts')
}

/** What was compensated of such orders, the same of each. */
function compensatedOf(ends: readonly EndedOrder['end'][]): string {
  const ways = new Set(ends.map(({ compensated }) => compensated.join(', then ')))
  return [...ways].map((way) => (way === '' ? 'nothing compensated' : `${way} compensated`)).join('; or ')
}
