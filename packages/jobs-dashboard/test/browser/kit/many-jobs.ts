import type { Page } from 'playwright-core'

import type { Pages } from './open-pages.ts'

/** Sends jobs that stay scheduled. */
export async function schedule(pages: Pages, tenantId: string, count: number): Promise<void> {
  const batch = 1000
  for (let at = 0; at < count; at += batch) {
    await pages.client().sendJobs(
      Array.from({ length: Math.min(batch, count - at) }, (_, index) => ({
        event: 'order.paid' as const,
        payload: { tenantId, orderId: `order_${at + index}` },
        options: { delay: '24h' as const },
      })),
    )
  }
}

/** Returns the number of rows that the list has, of which only some are in the document. */
export async function rowsOf(page: Page): Promise<number> {
  const [height, one] = await Promise.all([
    page.locator('.jobs-body').evaluate((body) => body.getBoundingClientRect().height),
    page
      .locator('[data-job]')
      .first()
      .evaluate((row) => row.getBoundingClientRect().height),
  ])
  return Math.round(height / one)
}
