import { describe, expect, test } from 'vitest'

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
        await page.locator(`[data-job="${id}"] a`).first().click()
        await page.getByText('waits because the tenant `waits` is paused since').waitFor()
      } finally {
        await client.resumeJobs(target)
      }
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
