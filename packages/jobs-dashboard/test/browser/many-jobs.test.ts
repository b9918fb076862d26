import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'

import { findViolations } from './kit/find-violations.ts'
import { memoryTarget } from './kit/memory-target.ts'
import { openPages } from './kit/open-pages.ts'

const pages = openPages(memoryTarget)

/** Sends jobs that stay scheduled. */
async function schedule(tenantId: string, count: number): Promise<void> {
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

const inDocument = (page: Page): Promise<number> => page.locator('[data-job]').count()
/** Returns the number of rows that the list has, of which only some are in the document. */
const rows = async (page: Page): Promise<number> => {
  const [height, one] = await Promise.all([
    page.locator('.jobs-body').evaluate((body) => body.getBoundingClientRect().height),
    page
      .locator('[data-job]')
      .first()
      .evaluate((row) => row.getBoundingClientRect().height),
  ])
  return Math.round(height / one)
}

test('100,000 jobs scroll, with few rows in the document', async () => {
  await schedule('many', 100_000)
  const page = await pages.open('/jobs?tenant=many')
  await page.locator('[data-job]').first().waitFor()
  await page.getByText('100,000', { exact: true }).waitFor()
  await page.evaluate(`new Promise((resolve) => {
    const scroll = () => {
      scrollTo(0, document.documentElement.scrollHeight)
      if (document.querySelector('.jobs-end')?.textContent === 'These are all jobs.') resolve()
      else setTimeout(scroll, 20)
    }
    scroll()
  })`)
  // A row that scrolling replaces has no height.
  await expect.poll(() => rows(page)).toBe(100_000)
  expect(await inDocument(page)).toBeLessThan(100)
  await expect.poll(() => page.locator('[data-job]').last().getAttribute('aria-rowindex')).toBe('100001')
})

test('the overview of too many jobs says that its figures count only a part of them', async () => {
  const page = await pages.open('/?tenant=many')
  await page.getByText(/these figures count the newest ones only: those sent since /).waitFor()
  expect(await findViolations(page)).toEqual([])
})

test('a page at the top of a busy list neither grows without end nor lacks jobs', async () => {
  const page = await pages.open('/jobs?tenant=busy')
  await page.getByText('Live', { exact: true }).waitFor()
  for (let burst = 1; burst <= 30; burst++) {
    await schedule('busy', 90)
    const { jobs } = await pages.client().inspect.listJobs({ tenantId: 'busy', limit: 1 })
    await page
      .locator('[data-job]')
      .first()
      .and(page.locator(`[data-job="${jobs[0]!.id}"]`))
      .waitFor()
  }
  await expect.poll(() => rows(page)).toBeLessThanOrEqual(2100)
  await schedule('busy', 700) // more at once than the server watches
  const { jobs } = await pages.client().inspect.listJobs({ tenantId: 'busy', limit: 1000 })
  await page
    .locator('[data-job]')
    .first()
    .and(page.locator(`[data-job="${jobs[0]!.id}"]`))
    .waitFor()
  const shown = (): Promise<(string | null)[]> =>
    page.locator('[data-job]').evaluateAll((all) => all.map((row) => row.getAttribute('data-job')))
  await expect
    .poll(async () => {
      const ids = await shown()
      return ids.every((id, at) => id === jobs[at]!.id)
    })
    .toBe(true)
})
