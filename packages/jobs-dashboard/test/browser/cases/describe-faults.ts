import { expect, test } from 'vitest'

import type { Pages } from '../kit/open-pages.ts'
import { hostileText } from '../kit/test-jobs.ts'

/** Tests that the pages follow changes and survive faults. */
export function describeFaults(pages: Pages): void {
  const place = (tenantId: string, orderId: string): Promise<string> =>
    pages.sent('completed', 'order.placed', { tenantId, orderId, total: 1, items: [] })

  test('jobs appear and change without a reload', async () => {
    const page = await pages.open('/jobs?tenant=live')
    await page.getByText('No job matches the filter').or(page.getByText('No jobs yet')).waitFor()
    await page.getByText('Live', { exact: true }).waitFor()
    await place('live', 'order_1')
    await page.getByText('Completed').nth(1).waitFor() // the first one is the filter
    expect(await page.locator('[data-job]').count()).toBe(1)
  })

  test('a job that ends while it is viewed shows its end', async () => {
    const { id } = await pages
      .client()
      .sendJob('order.paid', { tenantId: 'watch', orderId: 'order_2' }, { delay: '24h' })
    const page = await pages.open(`/job?id=${encodeURIComponent(id)}`)
    await page.locator('main .badge', { hasText: 'Scheduled' }).waitFor()
    await pages.client().cancelJob(id)
    await page.locator('main .badge', { hasText: 'Cancelled' }).waitFor()
  })

  test('a page whose connection breaks connects again and shows what it missed', async () => {
    const page = await pages.open('/jobs?tenant=broken')
    await page.getByText('Live', { exact: true }).waitFor()
    pages.expectedMessages = /Failed to load resource|ERR_/
    pages.server().disconnect()
    await place('broken', 'order_3')
    await expect.poll(() => page.locator('[data-job]').count()).toBe(1)
    await page.getByText('Live', { exact: true }).waitFor()
  })

  test('while nothing answers, the page keeps its data, says so, and recovers by itself', async () => {
    await place('down', 'order_4')
    const page = await pages.open('/jobs?tenant=down')
    await page.locator('[data-job]').waitFor()
    pages.expectedMessages = /Failed to load resource|ERR_/
    const comeBack = pages.server().goDown()
    try {
      await page.getByRole('button', { name: 'Try now' }).waitFor()
      expect(await page.locator('[data-job]').count()).toBe(1)
      await page.getByRole('link', { name: 'Overview' }).click()
      await page.getByRole('heading', { name: 'Overview' }).waitFor()
    } finally {
      comeBack()
    }
    await page.getByText('By definition').waitFor()
    await page.getByText('confirm-order').first().waitFor()
    await page.getByRole('button', { name: 'Try now' }).waitFor({ state: 'detached' })
  })

  test('code that could not be loaded once is loaded again', async () => {
    const page = await pages.open('/jobs')
    await page.locator('[data-job]').first().waitFor()
    pages.expectedMessages = /Failed to load resource/
    pages.server().refuseNext('/assets/definitions-page')
    await page.getByRole('link', { name: 'Definitions' }).click()
    await page.getByText('confirm-order').first().waitFor()
  })

  test('an address with values that do not exist shows its page', async () => {
    const page = await pages.open('/jobs?state=constructor,failed&within=constructor')
    await page.locator('[data-job]').first().waitFor()
    await page.goto(`${pages.server().url}/?range=constructor`)
    await page.getByText('By definition').waitFor()
  })

  test('text of a job is text, whatever it contains', async () => {
    const id = await pages.sent(
      'failed',
      'mail.requested',
      { tenantId: 'hostile', to: hostileText, template: 'hostile' },
      { reference: `<b>${'x'.repeat(100)}</b>` },
    )
    const page = await pages.open('/jobs?tenant=hostile')
    const row = page.locator('[data-job]')
    await row.waitFor()
    expect(await row.textContent()).toContain('<script>globalThis.isHacked=true</script>')
    await page.goto(`${pages.server().url}/job?id=${encodeURIComponent(id)}`)
    await page.locator('.error-view', { hasText: '<img src=x' }).waitFor()
    await page.goto(`${pages.server().url}/jobs?tenant=${encodeURIComponent(hostileText)}&definition=${hostileText}`)
    await page.getByText('No job matches the filter').waitFor()
    const views = {
      '?tenant=hostile': '<script>globalThis.isHacked=true</script>',
      '/workflows': 'Open the job',
      '/definitions': 'confirm-order',
      '/engine': /^(Healthy|Has problems)$/,
    }
    for (const [path, shown] of Object.entries(views)) {
      await page.goto(`${pages.server().url}${path}`)
      await page.locator('main').getByText(shown).first().waitFor()
      expect(await page.locator('img, iframe, object, main script').count()).toBe(0)
      expect(await page.evaluate(() => 'isHacked' in globalThis)).toBe(false)
    }
  })
}
