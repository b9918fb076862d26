import { dailyReport } from '../jobs.ts'
import { type FiguresByShop, totalOf } from './figures.ts'
import type { Reports } from './figures-of-reports.ts'
import type { Screen } from './screen.ts'

/** What is told below the table. */
export interface Summary {
  readonly byShop: FiguresByShop
  /** The mails that are due a day after the order. */
  readonly followUps: { readonly sent: number; readonly cancelled: number }
  /** Absent where the clock is real, since no evening came. */
  readonly reports: Reports | undefined
  readonly faults: readonly string[]
}

/** Says in words what was seen, whether it is right, and where to look next. */
export function showSummary({ byShop, followUps, reports, faults }: Summary, screen: Screen): void {
  const { refused, declines, confirmations } = totalOf(byShop)
  const { sent, cancelled } = followUps
  screen.line(`Refused   ${refused} orders had nothing to pay: failed for good at the first attempt.`)
  screen.line(`Retries   ${declines} attempts to pay were declined: made again after about 1 s, then after about 2 s.`)
  screen.line(`Mail      ${confirmations} confirmations, ${sent} follow-ups a day later (${cancelled} more cancelled).`)
  screen.line(`Reports   ${wordsOf(reports)}`)
  screen.line()
  for (const fault of faults) screen.line(`Wrong     ${fault}`)
  screen.bold(faults.length === 0 ? 'Every figure agrees with the file.' : `Figures that are wrong: ${faults.length}.`)
  screen.line('Six definitions did it, whatever the engine: examples/storefront/src/jobs.ts')
}

function wordsOf(reports: Reports | undefined): string {
  if (reports) return `${reports.count} by cron at 21:00, one per shop and day; they add up to the table.`
  const next = new Date(dailyReport.schedule.next(Date.now())).toISOString()
  return `none yet: cron makes the next at ${next}.`
}
