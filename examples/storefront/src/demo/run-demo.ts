import { readFileSync } from 'node:fs'

import { readInvoiceLines } from '../invoice-lines.ts'
import { toShopEvents } from '../orders.ts'
import { cancelWaiting } from './cancel-waiting.ts'
import { createDemoEngine, type EngineChoice } from './create-demo-engine.ts'
import { findMismatches } from './find-mismatches.ts'
import { figuresOfFile } from './figures-of-file.ts'
import { figuresOfJobs } from './figures-of-jobs.ts'
import { figuresOfReports } from './figures-of-reports.ts'
import type { Screen } from './screen.ts'
import { showSummary } from './show-summary.ts'
import { showTable } from './show-table.ts'

const file = new URL('../../data/online-retail-2010-12-01.csv', import.meta.url)

/** Simulates the two days and shows the figures. Returns false if a figure is wrong. */
export async function runDemo(options: EngineChoice, screen: Screen): Promise<boolean> {
  // No await before the engine sets its client: otherwise the cron job would create a default client.
  const lines = readInvoiceLines(readFileSync(file, 'utf8'))
  const events = toShopEvents(lines)
  const engine = await createDemoEngine(options, { startAt: events[0]!.at }, screen)
  try {
    screen.bold('Two trading days of a real shop: an invoice is an event, a country a tenant.')
    screen.line(engine.description)
    const handles = await engine.simulate(events, screen)
    const repeated = handles.filter(({ deduplicated }) => deduplicated).length
    if (repeated > 0) screen.line(`  ${repeated} events were sent by a demo in the last 24 hours: these are its jobs.`)
    const { byShop, followUpIds } = await figuresOfJobs(engine, handles, (ended) =>
      screen.progress(`  ${ended} of ${handles.length} orders and refunds have ended`),
    )
    const reports = engine.simulatesDays ? await figuresOfReports(engine.client) : undefined
    const cancelled = await cancelWaiting(engine.client, followUpIds)
    const mismatches = findMismatches({ byJobs: byShop, byFile: figuresOfFile(lines), byReports: reports?.byShop })
    screen.line()
    showTable(byShop, screen)
    screen.line()
    showSummary({ byShop, followUps: { sent: followUpIds.length - cancelled, cancelled }, reports, mismatches }, screen)
    return mismatches.length === 0
  } finally {
    await engine.close()
  }
}
