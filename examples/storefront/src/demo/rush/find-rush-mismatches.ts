import type { PackingRoom } from '../../packing-room.ts'
import { shops } from '../../shops.ts'
import type { RushOrder } from './rush-order.ts'

/** Describes each rule that the jobs broke. Returns an empty list if there is none. */
export function findRushMismatches(
  orders: readonly RushOrder[],
  { outageMs, busiest }: { readonly outageMs: number; readonly busiest: ReturnType<PackingRoom['busiest']> },
): string[] {
  const mails = orders.toSorted((one, other) => one.confirmedAt - other.confirmedAt)
  const firstMails = new Set(mails.slice(0, 2 * shops.length).map(({ shop }) => shop))
  const problems: [isWrong: boolean, problem: string][] = [
    [orders.some(({ state }) => state !== 'completed'), 'not every order is completed'],
    [mails.some(({ confirmedAt }) => confirmedAt < outageMs), 'a mail was sent during the outage'],
    [shortestGap(mails.map(({ confirmedAt }) => confirmedAt)) < 100, 'more than 10 mails in a second'],
    [firstMails.size < shops.length, 'a small shop waited for the large one'],
    [busiest.parcels > 4, `${busiest.parcels} parcels at once, with 4 packers`],
    [busiest.ofOneCustomer > 1, `${busiest.ofOneCustomer} parcels of one customer at once`],
    ...shops.flatMap(({ id }): [boolean, string][] => {
      const ofShop = orders.filter(({ shop }) => shop === id)
      const requests = ofShop.map(({ shopUpdatedAt }) => shopUpdatedAt)
      const express = confirmationsOf(ofShop, true)
      const others = confirmationsOf(ofShop, false)
      return [
        [shortestGap(requests) < 500, `${id}: more than 2 requests in a second`],
        [Math.max(...express) > Math.min(...others), `${id}: an express order was confirmed after another`],
      ]
    }),
  ]
  return problems.flatMap(([isWrong, problem]) => (isWrong ? [problem] : []))
}

function shortestGap(times: readonly number[]): number {
  const sorted = times.toSorted((one, other) => one - other)
  return Math.min(...sorted.slice(1).map((time, index) => time - sorted[index]!))
}

function confirmationsOf(orders: readonly RushOrder[], isExpress: boolean): number[] {
  return orders.filter((order) => order.isExpress === isExpress).map(({ confirmedAt }) => confirmedAt)
}
