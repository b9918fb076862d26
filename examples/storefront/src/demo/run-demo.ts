import { readFileSync } from 'node:fs'

import { readInvoiceLines } from '../invoice-lines.ts'
import { toShopEvents } from '../orders.ts'
import { cancelWaiting } from './cancel-waiting.ts'
import { createStage } from './create-stage.ts'
import { faultsOf } from './faults.ts'
import { figuresOfFile } from './figures-of-file.ts'
import { figuresOfJobs } from './figures-of-jobs.ts'
import { figuresOfReports } from './figures-of-reports.ts'
import type { DemoOptions } from './options.ts'
import type { Screen } from './screen.ts'
import { showSummary } from './show-summary.ts'
import { showTable } from './show-table.ts'

const file = new URL('../../data/online-retail-2010-12-01.csv', import.meta.url)

/** Plays the two days and shows what the jobs did; false when a figure is wrong. */
export async function runDemo(
  options: Pick<DemoOptions, 'provider' | 'realTime' | 'folder'>,
  screen: Screen,
): Promise<boolean> {
  // Nothing is waited for before the stage has set its client: the cron job would bring a default one to life.
  const lines = readInvoiceLines(readFileSync(file, 'utf8'))
  const events = toShopEvents(lines)
  const stage = await createStage(options, { startAt: events[0]!.at }, screen)
  try {
    screen.bold('Two trading days of a real shop: an invoice is an event, a country a tenant.')
    screen.line(stage.description)
    const handles = await stage.play(events, screen)
    const known = handles.filter(({ deduplicated }) => deduplicated).length
    if (known > 0)
      screen.line(`  The keys of ${known} are taken by a demo of the last 24 hours: it is its jobs that are told.`)
    const { byShop, followUpIds } = await figuresOfJobs(stage, handles, (ended) =>
      screen.progress(`  ${ended} of ${handles.length} orders and refunds are done`),
    )
    const reports = stage.passesDays ? await figuresOfReports(stage.client) : undefined
    const cancelled = await cancelWaiting(stage.client, followUpIds)
    const faults = faultsOf({ byJobs: byShop, byFile: figuresOfFile(lines), byReports: reports?.byShop })
    screen.line()
    showTable(byShop, screen)
    screen.line()
    showSummary({ byShop, followUps: { sent: followUpIds.length - cancelled, cancelled }, reports, faults }, screen)
    return faults.length === 0
  } finally {
    await stage.close()
  }
}
