import type { PackingRoom } from '../../packing-room.ts'
import { shops } from '../../shops.ts'
import type { Screen } from '../screen.ts'
import { showRows } from '../show-rows.ts'
import type { RushOrder } from './rush-order.ts'

/** The result of the sale. */
export interface Rush {
  readonly orders: readonly RushOrder[]
  readonly outageMs: number
  readonly busiest: ReturnType<PackingRoom['busiest']>
  readonly mismatches: readonly string[]
}

const titles = ['Shop', 'Orders', 'Express', 'Shop API, from', 'to', 'Mail, from', 'to']

/** Shows a row for each shop, a total, a summary and the mismatches. */
export function showRush({ orders, outageMs, busiest, mismatches }: Rush, screen: Screen): void {
  const rowOf = (name: string, some: readonly RushOrder[]): string[] => [
    name,
    String(some.length),
    String(some.filter(({ isExpress }) => isExpress).length),
    ...rangeOf(some.map(({ shopUpdatedAt }) => shopUpdatedAt)),
    ...rangeOf(some.map(({ confirmedAt }) => confirmedAt)),
  ]
  const ofShop = (id: string): readonly RushOrder[] => orders.filter(({ shop }) => shop === id)
  showRows([titles, ...shops.map(({ id, name }) => rowOf(name, ofShop(id))), rowOf('All', orders)], screen)
  screen.line()
  screen.line(`Paused    The mail service was down for ${outageMs / 1000} s: all mails waited, and none was lost.`)
  screen.line("Throttle  10 mails a second for all shops together, 2 requests a second to each shop's API.")
  screen.line('Fair      Every shop got its turn among the first mails, whatever the largest one had sent before.')
  screen.line('Express   In each shop, the express orders were confirmed first.')
  screen.line(`Packing   ${busiest.parcels} parcels at once, and never two of one customer.`)
  screen.line()
  for (const mismatch of mismatches) screen.line(`Wrong     ${mismatch}`)
  screen.bold(mismatches.length === 0 ? 'No limit was exceeded.' : `Broken rules: ${mismatches.length}.`)
  screen.line('Three jobs did this: examples/storefront/src/rush-jobs.ts')
}

/** Returns the first and the last time, in seconds. */
function rangeOf(times: readonly number[]): [string, string] {
  return [secondsOf(Math.min(...times)), secondsOf(Math.max(...times))]
}

function secondsOf(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
