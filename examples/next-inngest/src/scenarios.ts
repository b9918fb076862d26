import type { SendOptions } from '@cgk-platform/jobs'

/** A choice of the form, which decides how the order's jobs end. */
export interface Scenario {
  readonly name: string
  readonly label: string
  readonly hint: string
  /** Returns the order's total in pence. The storefront's test gateway decides by the amount. */
  totalOf(pounds: number): number
  readonly options?: SendOptions
}

/** The scenarios to choose from. Each is an ordinary order for the storefront's jobs. */
export const scenarios: readonly [Scenario, ...Scenario[]] = [
  { name: 'works', label: 'It works', hint: 'The payment succeeds at once.', totalOf: (pounds) => pounds * 100 },
  {
    name: 'recovers',
    label: 'Fails twice, then works',
    hint: 'The gateway declines amounts ending in 65p twice.',
    totalOf: (pounds) => pounds * 100 + 65,
  },
  {
    name: 'gives-up',
    label: 'Fails until you retry',
    hint: 'Declined twice, with two attempts.',
    totalOf: (pounds) => pounds * 100 + 65,
    options: { maxAttempts: 2 },
  },
  { name: 'refused', label: 'Always fails', hint: 'A total of £0 is not retried.', totalOf: () => 0 },
  {
    name: 'later',
    label: 'Starts in a minute',
    hint: 'Gives you time to cancel it.',
    totalOf: (pounds) => pounds * 100,
    options: { delay: '1m' },
  },
]
