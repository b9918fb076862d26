import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'

import { findViolations, findViolationsInBothThemes } from '../kit/find-violations.ts'
import { measureShift } from '../kit/measure-shift.ts'
import type { Pages } from '../kit/open-pages.ts'

const tenantId = 'acme'

/** Tests that each view shows what it should, for everyone, on every screen. */
export function describeViews(pages: Pages): void {
  let failedId: string
  let workflowId: string

  beforeAll(async () => {
    await pages.sent('completed', 'order.placed', { tenantId, orderId: 'order_1', total: 9, items: [] })
    failedId = await pages.sent('failed', 'mail.requested', { tenantId, to: 'a@example.com', template: 'receipt' })
    workflowId = await pages.sent('failed', 'order.paid', { tenantId, orderId: 'order_2', isHeavy: true })
  })

  const views: Readonly<Record<string, { path: () => string; shown: string }>> = {
    overview: { path: () => '', shown: 'By definition' },
    errors: { path: () => '/errors', shown: 'No server takes the mail' },
    jobs: { path: () => '/jobs', shown: 'fulfil-order' },
    'a job': { path: () => `/job?id=${encodeURIComponent(failedId)}`, shown: 'No server takes the mail receipt' },
    'a workflow': { path: () => `/job?id=${encodeURIComponent(workflowId)}`, shown: 'print-label' },
    workflows: { path: () => '/workflows', shown: 'Recent jobs' },
    definitions: { path: () => '/definitions', shown: 'nightly-report' },
    schedules: { path: () => '/schedules', shown: 'Every day at 03:00' },
    'a definition': { path: () => '/definition?id=send-mail', shown: 'No server takes the mail' },
    engine: { path: () => '/engine', shown: 'Capabilities' },
    send: { path: () => '/send?event=order.placed', shown: 'orderId' },
  }

  describe.each(Object.entries(views))('the view %s', (_name, { path, shown }) => {
    const open = async (options?: Parameters<Pages['open']>[1]): Promise<Page> => {
      const page = await pages.open(path(), options)
      await page.locator('main').getByText(shown).first().waitFor()
      return page
    }

    test('is accessible in both themes', async () => {
      expect(await findViolationsInBothThemes(await open())).toEqual([])
    })

    test('fits on a small screen, and is accessible there', async () => {
      const page = await open({ viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true })
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360)
      expect(await findViolations(page)).toEqual([])
    })
  })

  test('a workflow is shown as a graph with its compensations', async () => {
    const page = await pages.open(views['a workflow']!.path())
    await page.getByRole('button', { name: 'Graph' }).click()
    const steps = page.getByRole('region', { name: 'Steps as a graph' }).getByRole('listitem')
    for (const id of ['charge', 'pack', 'print-label', 'ship']) await steps.filter({ hasText: id }).waitFor()
    await page.getByText('Compensation: completed').waitFor()
    expect(await findViolations(page)).toEqual([])
  })

  test('the id of a job is copied', async () => {
    const page = await pages.open(views['a job']!.path(), { permissions: ['clipboard-read', 'clipboard-write'] })
    // The message may be gone when a slow click has ended.
    await Promise.all([page.getByText('Copied.').waitFor(), page.getByRole('button', { name: 'Copy the id' }).click()])
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(failedId)
  })

  test('on a small screen the list shows the errors', async () => {
    const page = await pages.open('/jobs?state=failed', { viewport: { width: 360, height: 740 } })
    await page.getByText('No server takes the mail').first().waitFor()
  })

  test('an error is shown with its causes and its stack', async () => {
    const page = await pages.open(views['a job']!.path())
    await page.getByText('socket hang up').waitFor()
    await page.getByText('Stack', { exact: true }).first().click()
    await page.getByRole('region', { name: 'Stack' }).first().waitFor()
  })

  test('times are shown in the chosen time zone, also after a reload', async () => {
    const page = await pages.open(views['a job']!.path(), { timezoneId: 'America/New_York' })
    const sent = page.getByRole('term').filter({ hasText: 'Sent' }).locator('xpath=following-sibling::dd')
    expect(await sent.textContent()).toMatch(/E[SD]T/)
    await page.getByLabel('Time zone').selectOption('Asia/Tokyo')
    await expect.poll(() => sent.textContent()).toMatch(/GMT\+9/)
    await page.reload()
    expect(await sent.textContent()).toMatch(/GMT\+9/)
  })

  test('the theme is chosen by hand and remembered', async () => {
    const page = await pages.open('', { colorScheme: 'light' })
    const background = (): Promise<string> =>
      page.evaluate('getComputedStyle(document.documentElement).backgroundColor')
    const light = await background()
    await page.getByRole('button', { name: /Switch to light/ }).click()
    await page.getByRole('button', { name: /Switch to dark/ }).click()
    expect(await background()).not.toBe(light)
    await page.reload()
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    expect(await background()).not.toBe(light)
  })

  test('nothing moves when the data come', async () => {
    const page = await pages.open('')
    await page.getByText('confirm-order').first().waitFor()
    expect(await measureShift(page)).toBeLessThan(0.1) // the limit of "good" in Web Vitals
  })
}
