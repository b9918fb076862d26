import type { SendOptions } from '@cgk-platform/jobs'

/** What shall become of an order, to see it happen. */
export interface Plot {
  readonly name: string
  readonly label: string
  readonly hint: string
  /** The order's total in pence: the storefront's test gateway decides by the amount. */
  totalOf(pounds: number): number
  readonly options?: SendOptions
}

/** The plots to choose from. Nothing is staged here: each is an ordinary order for the storefront's own jobs. */
export const plots: readonly [Plot, ...Plot[]] = [
  { name: 'works', label: 'It works', hint: 'The payment goes through at once.', totalOf: (pounds) => pounds * 100 },
  {
    name: 'recovers',
    label: 'Fails twice, then works',
    hint: 'The gateway declines amounts that end in 65 p twice.',
    totalOf: (pounds) => pounds * 100 + 65,
  },
  {
    name: 'gives-up',
    label: 'Fails for good, until you retry',
    hint: 'Declined twice, and sent with two attempts.',
    totalOf: (pounds) => pounds * 100 + 65,
    options: { maxAttempts: 2 },
  },
  { name: 'refused', label: 'Always fails', hint: 'A total of £0 is not tried again.', totalOf: () => 0 },
  {
    name: 'later',
    label: 'Starts in a minute',
    hint: 'Time enough to cancel it.',
    totalOf: (pounds) => pounds * 100,
    options: { delay: '1m' },
  },
]
