import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import { readInvoiceLines } from '../../invoice-lines.ts'
import { toShopEvents } from '../../orders.ts'
import { createDemoEngine, type EngineChoice } from '../create-demo-engine.ts'
import type { Screen } from '../screen.ts'
import { playDays } from './play-days.ts'
import { serveDashboard } from './serve-dashboard.ts'

const file = new URL('../../../data/online-retail-2010-12-01.csv', import.meta.url)
const dayLengthMs = 120_000

/** Plays the two days with the dashboard open on them, until Ctrl-C. Returns true. */
export async function runDashboardDemo(options: EngineChoice, screen: Screen): Promise<boolean> {
  const stopped = new AbortController()
  process.once('SIGINT', () => stopped.abort()).once('SIGTERM', () => stopped.abort())
  const { signal } = stopped
  const events = toShopEvents(readInvoiceLines(readFileSync(file, 'utf8')))
  // A file keeps the payloads of completed jobs.
  const folder = mkdtempSync(join(tmpdir(), 'storefront-'))
  const choice: EngineChoice = options.store === 'memory' ? { ...options, store: 'sqlite', folder } : options
  const engine = await createDemoEngine(choice, { startAt: new Date() }, screen)
  const dashboard = await serveDashboard(engine.client)
  try {
    screen.bold(`Open ${dashboard.url}`)
    screen.line(
      'It shows two trading days of a real shop, in four minutes. At noon the mail service is down for a while, and',
    )
    screen.line('mails fail. Filter the jobs by Failed, and retry them once it answers again.')
    const play = { client: engine.client, screen, dayLengthMs }
    await playDays(events, { ...play, pause: (ms) => pause(ms, undefined, { signal }) })
    screen.line('The two days are over. Look around as long as you like. Ctrl-C ends the demo.')
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    dashboard.close()
    await engine.close()
    rmSync(folder, { recursive: true })
  }
  return true
}
