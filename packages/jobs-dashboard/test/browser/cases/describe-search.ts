import { describe, expect, test } from 'vitest'

import { findViolations } from '../kit/find-violations.ts'
import type { Pages } from '../kit/open-pages.ts'

/** Tests the field that each page has. */
export function describeSearch(pages: Pages): void {
  describe('the search field', () => {
    const payload = { tenantId: 'searched', to: 'a@example.com', template: '1' }

    test('is reached with a key, and leads to the job with an id', async () => {
      const id = await pages.sent('failed', 'mail.requested', payload)
      const page = await pages.open('/engine')
      await page.getByRole('heading', { name: 'Capabilities' }).waitFor()
      await page.keyboard.press('/')
      await page.keyboard.type(id)
      await page.keyboard.press('Enter')
      await page.waitForURL((url) => url.pathname.endsWith('/job') && url.searchParams.get('id') === id)
    })

    test('shows what has a name, as links', async () => {
      await pages.sent('failed', 'mail.requested', payload)
      const page = await pages.open('/search?text=searched')
      await page.getByRole('link', { name: /^Jobs of the tenant searched/ }).click()
      await page.waitForURL(/\/jobs\?tenant=searched$/)
      await page.getByRole('searchbox', { name: 'Search by id or name' }).fill('mail')
      await page.keyboard.press('Enter')
      await page.getByRole('link', { name: 'Jobs of the definition send-mail' }).waitFor()
      expect(await findViolations(page)).toEqual([])
    })

    test('finds jobs by a value of their payloads, if the engine can', async () => {
      const id = await pages.sent('failed', 'mail.requested', { ...payload, to: 'lovelace@example.com' })
      await pages.sent('failed', 'mail.requested', payload)
      const { features } = await pages.client().capabilities()
      const page = await pages.open('/search?text=Lovelace')
      await page.getByRole('heading', { name: 'Nothing has this name' }).waitFor()
      const link = page.getByRole('link', { name: 'Search payloads for Lovelace' })
      if (!features['inspect.listJobs by payload'].supported) return expect(await link.count()).toBe(0)
      await link.click()
      await page.locator(`[data-job="${id}"]`).waitFor()
      expect(await page.locator('[data-job]').count()).toBe(1)
      expect(await page.getByLabel('Payload contains').inputValue()).toBe('Lovelace')
      expect(await findViolations(page)).toEqual([])
    })

    test('says that nothing has a name', async () => {
      const page = await pages.open('/search?text=nothing-has-this')
      await page.getByRole('heading', { name: 'Nothing has this name' }).waitFor()
    })
  })
}
