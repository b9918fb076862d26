import { describe, expect, test } from 'vitest'

import { findViolations } from '../kit/find-violations.ts'
import type { Pages } from '../kit/open-pages.ts'

/** Tests the page of a definition: its figures over time, and why its runs wait. */
export function describeDefinition(pages: Pages): void {
  describe('the page of a definition', () => {
    test('counts its runs over time, on the way from the overview', async () => {
      const { features } = await pages.client().capabilities()
      for (let order = 1; order <= 2; order++)
        await pages.sent('completed', 'order.placed', { tenantId: 'charts', orderId: `${order}`, total: 9, items: [] })
      const page = await pages.open('')
      await page.getByRole('link', { name: 'confirm-order', exact: true }).click()
      await page.waitForURL(/\/definition\?id=confirm-order$/)
      if (!features['inspect.countJobs: exact'].supported) {
        await page.getByText(/^[1-9]\d* completed$/).waitFor() // those that it lists by now
        return
      }
      const { intervals } = await pages.client().inspect.getHistory({ definitionId: 'confirm-order' })
      const completed = intervals.reduce((sum, interval) => sum + interval.completed, 0)
      expect(completed).toBeGreaterThanOrEqual(2)
      await page.getByText(`${completed} completed`, { exact: true }).waitFor()
      await page.getByText('0 wait or run', { exact: true }).waitFor()
      await page.locator('.chart', { hasText: 'Durations' }).getByText('Show as a table').click()
      await page.getByRole('region', { name: 'Durations as a table' }).getByRole('row').nth(1).waitFor()
      await page.getByRole('button', { name: '30 days' }).click()
      await page.waitForURL(/range=30d/)
      await page.getByText(`${completed} completed`, { exact: true }).waitFor()
      expect(await findViolations(page)).toEqual([])
    })

    test('tells why its oldest job waits', async () => {
      const client = pages.client()
      const target = { definitionId: 'confirm-order' }
      const { features } = await client.capabilities()
      if (!features['pauseJobs of a definition'].supported) return
      await client.pauseJobs(target)
      try {
        await pages.sent('queued', 'order.placed', { tenantId: 'charts', orderId: 'held', total: 9, items: [] })
        const page = await pages.open('/definition?id=confirm-order')
        await page.getByText('Its oldest waiting job waits because `confirm-order` is paused since').waitFor()
        await page.getByRole('button', { name: 'Resume confirm-order' }).click()
        await expect.poll(() => page.getByText('Its oldest waiting job').count()).toBe(0)
      } finally {
        await client.resumeJobs(target)
      }
    })

    test('shows a user of one tenant nothing of the runs of others', async () => {
      await pages.sent('completed', 'order.placed', { tenantId: 'rival', orderId: '1', total: 9, items: [] })
      await pages.sent('completed', 'order.placed', { tenantId: 'only', orderId: '2', total: 9, items: [] })
      pages.access = { user: 'bob', tenants: ['only'] }
      const page = await pages.open('/definition?id=confirm-order')
      await page.getByText('1 completed', { exact: true }).waitFor()
      expect(await page.getByText('wait or run').count()).toBe(0)
      pages.expectedMessages = /403/
      const answer = await page.evaluate(async () => {
        const response = await fetch('api/history?definition=confirm-order&tenant=only', {
          headers: { 'X-Jobs-Dashboard': '1' },
        })
        return [response.status, await response.text()]
      })
      expect(answer).toEqual([403, expect.stringContaining('Only users of all tenants')])
    })
  })
}
