import { findRun, type JobClient } from '@cgk-platform/jobs'

import { dailyReport } from '../jobs.ts'
import { type Contribution, type FiguresByShop, tally } from './figures.ts'

/** The totals of all daily reports. */
export interface Reports {
  readonly count: number
  readonly byShop: FiguresByShop
}

/** Sums the cron job's daily reports by shop. */
export async function figuresOfReports(client: JobClient): Promise<Reports> {
  const { jobs } = await client.listJobs({ event: `cron/${dailyReport.id}`, limit: 1000 })
  const contributions = jobs.flatMap((status): Contribution[] => {
    const report = findRun(status, dailyReport)?.output
    // The tick itself is also a job, without a shop: it sent the others.
    return report && 'sales' in report ? [{ tenantId: status.tenantId, figures: report }] : []
  })
  return { count: contributions.length, byShop: tally(contributions) }
}
