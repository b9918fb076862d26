import type { CDPSession, Page } from 'playwright-core'
import { expect, test } from 'vitest'

import type { ChangeJson } from '../../../src/api-types.ts'
import type { Pages } from '../kit/open-pages.ts'

const tenantId = 'long'
const jobsOfBurst = 60
/** Bursts between two losses of the connection. */
const burstsOfConnection = 15

/** Sends jobs, cancels those of the burst before, and waits until the page shows the new ones. Returns their ids. */
async function burst(pages: Pages, page: Page, before: readonly string[]): Promise<string[]> {
  const items = Array.from({ length: jobsOfBurst }, (_none, at) => ({
    event: 'order.paid' as const,
    payload: { tenantId, orderId: `order_${at}` },
    options: { delay: '24h' as const },
  }))
  const results = await pages.client().sendJobs(items)
  const ids = results.map((result) => (result.ok ? result.job.id : ''))
  await pages.client().inspect.cancelJobs({ ids: before })
  await page
    .locator('[data-job]')
    .first()
    .and(page.locator(`[data-job="${ids.at(-1)!}"]`))
    .waitFor()
  return ids
}

/** Returns what the page holds after a garbage collection. */
async function measure(session: CDPSession) {
  for (let times = 0; times < 3; times++) await session.send('HeapProfiler.collectGarbage')
  const { nodes, jsEventListeners: listeners } = await session.send('Memory.getDOMCounters')
  const { usedSize: heapBytes } = await session.send('Runtime.getHeapUsage')
  return { nodes, listeners, heapBytes }
}

/** Tests what a page holds that shows the changes of jobs for long. @param reconnects - how often it loses its connection */
export function describeLongLivedPage(pages: Pages, reconnects: number): void {
  test('a page that is open for long holds about as much as after the first jobs', async () => {
    const page = await pages.open(`/jobs?tenant=${tenantId}`)
    const live = page.getByText('Live', { exact: true })
    await live.waitFor()
    pages.expectedMessages = /ERR_/
    const session = await page.context().newCDPSession(page)
    let events = 0
    session.on('Network.eventSourceMessageReceived', ({ eventName, data }) => {
      if (eventName !== 'change') return
      const { jobs, removed } = JSON.parse(data) as ChangeJson
      events += jobs.length + removed.length
    })
    await session.send('Network.enable')

    let ids: string[] = []
    while (events < 500) ids = await burst(pages, page, ids)
    const first = await measure(session)
    for (let at = 1; at <= reconnects * burstsOfConnection; at++) {
      ids = await burst(pages, page, ids)
      if (at % burstsOfConnection > 0) continue
      const again = page.waitForRequest(/\/api\/changes\?/) // by then, the page knows that it was disconnected
      pages.server().disconnect()
      await again
      await live.waitFor()
    }
    expect(events).toBeGreaterThan(reconnects * 1300)
    const last = await measure(session)
    // The browser's session history keeps form fields, and those can keep rows that were rendered before. So one more
    // list may be there, but not one for each lost connection.
    expect(last.nodes).toBeLessThan(first.nodes * 2)
    expect(last.listeners).toBeLessThan(first.listeners + reconnects)
    // The list keeps up to 2,000 jobs, which take less than half of this. All events would take more.
    expect(last.heapBytes).toBeLessThan(first.heapBytes + 2_000_000)
  })
}
