import { describe, expect, test } from 'vitest'

import type { Pages } from '../kit/open-pages.ts'

/** Tests that the page of errors shows what fails, and retries exactly the jobs of one error. */
export function describeErrors(pages: Pages): void {
  const failed = (tenantId: string, template: string): Promise<string> =>
    pages.sent('failed', 'mail.requested', { tenantId, to: 'ada@example.com', template })

  describe('the page of errors', () => {
    test('groups the failures, and leads from the overview to the jobs of one error and their retry', async () => {
      for (const template of ['order_1', 'order_2', 'order_3']) await failed('groups', template)
      const other = await failed('groups', 'welcome')
      const page = await pages.open('/?tenant=groups')
      await page.getByRole('link', { name: 'By error' }).click()
      await page.waitForURL(/\/errors\?tenant=groups$/)
      const rows = page.locator('.error-group')
      await expect.poll(() => rows.count()).toBe(2)
      const first = rows.first()
      expect(await first.textContent()).toMatch(/^No server takes the mail #send-mail.*3 failed/)

      await first.getByRole('link', { name: 'No server takes the mail #' }).click()
      await expect.poll(() => page.locator('[data-job]').count()).toBe(3)
      await page.goBack()
      await first.getByRole('button', { name: /^Retry all… .*No server takes the mail #$/ }).click()
      await page.getByText(/3 failed jobs match/).waitFor()
      // An engine that does not count may have more.
      await page.getByRole('button', { name: /^Retry (3 jobs|all that match)$/ }).click()
      await page.getByText('3 retried').waitFor()
      const runs = async (id: string) => (await pages.client().getJobStatus(id)).runs.length
      expect(await runs(other)).toBe(1)
    })

    test('shows nothing of the tenants of others', async () => {
      await failed('rival', 'of-a-rival')
      await failed('scoped', 'mine')
      pages.access = { user: 'bob', tenants: ['scoped'] }
      const page = await pages.open('/errors')
      await page.locator('.error-group').first().waitFor()
      expect(await page.locator('body').textContent()).not.toContain('rival')
    })

    test('says that nothing fails', async () => {
      const page = await pages.open('/errors?tenant=flawless')
      await page.getByRole('heading', { name: 'Nothing fails' }).waitFor()
    })
  })
}
