import { dailyReport } from '../jobs.ts'
import { type FiguresByShop, totalOf } from './figures.ts'
import type { Reports } from './figures-of-reports.ts'
import type { Screen } from './screen.ts'

/** The contents of the summary below the table. */
export interface Summary {
  readonly byShop: FiguresByShop
  /** The follow-up mails, due a day after the order. */
  readonly followUps: { readonly sent: number; readonly cancelled: number }
  /** Omitted in real time, where no report was due. */
  readonly reports: Reports | undefined
  readonly mismatches: readonly string[]
}

/** Shows a summary, the mismatches and where to find the code. */
export function showSummary({ byShop, followUps, reports, mismatches }: Summary, screen: Screen): void {
  const { refused, declines, confirmations } = totalOf(byShop)
  const { sent, cancelled } = followUps
  screen.line(`Refused   ${refused} orders had nothing to pay: failed permanently at the first attempt.`)
  screen.line(`Retries   ${declines} payment attempts were declined: retried after about 1 s, then after about 2 s.`)
  screen.line(`Mail      ${confirmations} confirmations, ${sent} follow-ups a day later (${cancelled} more cancelled).`)
  screen.line(`Reports   ${wordsOf(reports)}`)
  screen.line()
  for (const mismatch of mismatches) screen.line(`Wrong     ${mismatch}`)
  screen.bold(mismatches.length === 0 ? 'Every figure agrees with the file.' : `Wrong figures: ${mismatches.length}.`)
  screen.line('Six jobs did this, the same on every engine: examples/storefront/src/jobs.ts')
}

function wordsOf(reports: Reports | undefined): string {
  if (reports) return `${reports.count} by cron at 21:00, one per shop and day; they sum to the table.`
  const next = new Date(dailyReport.schedule.next(Date.now())).toISOString()
  return `none yet: cron runs the next at ${next}.`
}
