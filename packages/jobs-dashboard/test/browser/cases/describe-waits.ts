import { describe, expect, test } from 'vitest'

import { findViolations } from '../kit/find-violations.ts'
import type { Pages } from '../kit/open-pages.ts'

/** Tests that the pages tell why jobs wait, from the overview on. */
export function describeWaits(pages: Pages): void {
  describe('why jobs wait', () => {
    test('a pause is shown on the overview, and leads to its jobs, which tell it', async () => {
      const client = pages.client()
      const target = { tenantId: 'waits' }
      const { features } = await client.capabilities()
      if (!features['pauseJobs of a tenant'].supported) return
      await client.pauseJobs(target)
      try {
        const id = await pages.sent('queued', 'mail.requested', {
          tenantId: 'waits',
          to: 'a@example.com',
          template: '1',
        })
        const page = await pages.open('')
        const notice = page.locator('.notice', { hasText: 'The tenant waits is paused since' })
        await notice.getByRole('link', { name: 'Waiting jobs' }).click()
        await page.waitForURL(/\/jobs\?state=queued&tenant=waits$/)
        const isTold = features['inspect.countJobs: exact'].supported
        const row = page.locator(`[data-job="${id}"]`)
        await row.getByText(isTold ? 'Paused' : 'Queued').waitFor()
        await page.locator(`[data-job="${id}"] a`).first().click()
        await page.getByText('waits because the tenant `waits` is paused since').waitFor()
      } finally {
        await client.resumeJobs(target)
      }
    })

    test('the list follows a pause while it is open, and tells a workflow that waits from one that runs', async () => {
      const client = pages.client()
      const { features } = await client.capabilities()
      if (!features['inspect.countJobs: exact'].supported) return
      const target = { tenantId: 'waits-live' }
      await client.pauseJobs(target)
      const payload = { ...target, orderId: 'order_1' }
      const id = await pages.sent('queued', 'parcel.sent', payload)
      const page = await pages.open('/jobs?tenant=waits-live')
      const row = page.locator(`[data-job="${id}"]`)
      await row.getByText('Paused').waitFor()
      expect(await findViolations(page)).toEqual([])
      await client.resumeJobs(target)
      await row.getByText('Waiting').waitFor()
      expect((await client.getJobStatus(id)).state).toBe('running')
      const later = await pages.sent('scheduled', 'parcel.sent', payload, { delay: '1h' })
      await page.locator(`[data-job="${later}"]`).getByText('Scheduled').waitFor()
      for (const one of [id, later]) await client.cancelJob(one)
      await row.getByText('Cancelled').waitFor()
    })

    test('a delayed job tells until when', async () => {
      const payload = { tenantId: 'waits', to: 'a@example.com', template: '1' }
      const id = await pages.sent('scheduled', 'mail.requested', payload, { delay: '1h' })
      const page = await pages.open(`/job?id=${encodeURIComponent(id)}`)
      await page.getByText(/This job is delayed until /).waitFor()
      await pages.client().cancelJob(id)
      await expect.poll(() => page.getByText(/is delayed until/).count()).toBe(0)
    })
  })
}
