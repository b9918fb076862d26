import { describe, expect, test } from 'vitest'

import type { Pages } from '../kit/open-pages.ts'
import { hostileText } from '../kit/test-jobs.ts'

/** Tests that the overview shows the jobs that failed last. */
export function describeRecentFailures(pages: Pages): void {
  const failed = (tenantId: string, template: string): Promise<string> =>
    pages.sent('failed', 'mail.requested', { tenantId, to: hostileText, template })

  describe('the recent failures of the overview', () => {
    test('are the last five with the first line of the error, and lead to the job and to the list', async () => {
      const ids: string[] = []
      for (const template of ['1', '2', '3', '4', '5', 'last\nand its second line']) {
        ids.push(await failed('fails', template))
      }
      const page = await pages.open('/?tenant=fails')
      const rows = page.locator('.failed-jobs li')
      await expect.poll(() => rows.count()).toBe(5)
      const first = rows.first()
      expect(await first.textContent()).toMatch(/^send-mail fails.*No server takes the mail last$/)
      expect(await rows.last().textContent()).toContain('No server takes the mail 2')

      await first.getByRole('link').focus()
      await page.keyboard.press('Enter')
      await page.waitForURL((url) => url.searchParams.get('id') === ids.at(-1))
      await page.goBack()
      await page.getByRole('link', { name: 'All failed jobs' }).click()
      await page.waitForURL(/\/jobs\?state=failed&within=1h&by=end&tenant=fails$/)
      await expect.poll(() => page.locator('[data-job]').count()).toBe(6)
    })

    test('are only those of the tenants of the user, and text is text', async () => {
      await failed('rival', 'of-a-rival')
      await failed('scoped', 'hostile')
      pages.access = { user: 'bob', tenants: ['scoped'] }
      const page = await pages.open('')
      const rows = page.locator('.failed-jobs li')
      await rows.first().waitFor()
      expect(await rows.count()).toBe(1)
      expect(await rows.textContent()).toContain('<script>globalThis.isHacked=true</script>')
      expect(await page.locator('body').textContent()).not.toContain('rival')
      expect(await page.locator('main img, main script').count()).toBe(0)
    })

    test('are none if no job failed', async () => {
      const page = await pages.open('/?tenant=flawless')
      await page.getByText(/^No run (of the jobs that were read )?failed in this time\.$/).waitFor()
      expect(await page.getByRole('link', { name: 'All failed jobs' }).count()).toBe(0)
    })
  })
}
