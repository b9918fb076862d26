import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'

import { findViolations } from '../kit/find-violations.ts'
import type { Pages } from '../kit/open-pages.ts'

/** Tests the keys, the filters and the forms of the pages, which are the same on each engine. */
export function describeControls(pages: Pages): void {
  const failed = (tenantId: string, template: string): Promise<string> =>
    pages.sent('failed', 'mail.requested', { tenantId, to: 'a@example.com', template })
  const states = (page: Page): Promise<string[]> => page.locator('[data-job] .in-state').allTextContents()

  test('keys move, select and explain', async () => {
    for (const template of ['first', 'second', 'third']) await failed('keys', template)
    const page = await pages.open('/jobs?tenant=keys')
    await expect.poll(() => page.locator('[data-job]').count()).toBe(3)
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    await page.keyboard.press('x')
    await page.keyboard.press('j')
    await page.keyboard.press('x')
    await page.getByText('2 selected').waitFor()
    await page.keyboard.press('k')
    await page.keyboard.press('x')
    await page.getByText('1 selected').waitFor()
    await page.keyboard.press('?')
    const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
    await help.waitFor()
    expect(await findViolations(page)).toEqual([])
    await help.getByLabel('Use single keys as shortcuts').click()
    await page.keyboard.press('Escape')
    await help.waitFor({ state: 'detached' })
    await page.keyboard.press('?')
    // A dialog is in the document before it opens.
    expect(await page.locator('dialog').count()).toBe(0)
  })

  test('without a filter, many jobs cannot be changed, and the button says why', async () => {
    const page = await pages.open('/jobs?event=mail.requested')
    const button = page.getByRole('button', { name: 'Cancel all…' })
    await button.click() // loads the code of the dialog
    await page.getByRole('dialog').getByRole('button', { name: 'Back' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Clear' }).click()
    await expect.poll(() => button.getAttribute('aria-disabled')).toBe('true')
    await button.click({ force: true })
    expect(await page.locator('dialog').count()).toBe(0)
    expect(await button.getAttribute('title')).toBe('Choose a filter first.')
  })

  test('the bar of the selected jobs fits on a small screen', async () => {
    await failed('narrow', 'a')
    const page = await pages.open('/jobs?tenant=narrow', { viewport: { width: 360, height: 740 } })
    await page.locator('[data-job] input').check()
    const clear = page.getByRole('button', { name: 'Clear the selection' })
    const bar = await page.getByRole('region', { name: 'Selected jobs' }).boundingBox()
    const box = await clear.boundingBox()
    expect(box!.width).toBe(36)
    expect(box!.x + box!.width).toBeLessThanOrEqual(bar!.x + bar!.width)
    expect(await findViolations(page)).toEqual([])
    await clear.click()
    await expect.poll(() => page.locator('[data-job] input').isChecked()).toBe(false)
  })

  test('the filter is in the address and survives a reload', async () => {
    await failed('filters', 'kept')
    await pages.sent('completed', 'order.placed', { tenantId: 'filters', orderId: 'order_3', total: 1, items: [] })
    const page = await pages.open('/jobs?tenant=filters')
    await expect.poll(() => states(page)).toHaveLength(2)
    await page.getByRole('button', { name: 'Failed' }).click()
    await page.getByLabel('Event').fill('mail.requested')
    await page.getByLabel('Sent', { exact: true }).selectOption('Last hour')
    await page.waitForURL((url) => {
      const { searchParams: filter } = url
      return (
        filter.get('state') === 'failed' && filter.get('event') === 'mail.requested' && filter.get('within') === '1h'
      )
    })
    await expect.poll(() => states(page)).toEqual(['Failed'])
    await page.reload()
    await expect.poll(() => states(page)).toEqual(['Failed'])
    expect(await page.getByLabel('Event').inputValue()).toBe('mail.requested')
    expect(await page.getByRole('button', { name: 'Failed' }).getAttribute('aria-pressed')).toBe('true')
    await page.getByRole('button', { name: 'Clear' }).click()
    await page.waitForURL(/\/jobs$/)
  })

  test('a filter that is applied does not replace what was typed since', async () => {
    const page = await pages.openEmpty()
    // Types on right after the filter was applied, before the browser draws that.
    await page.addInitScript(`
      const { replaceState } = history
      history.replaceState = (...all) => {
        history.replaceState = replaceState
        setTimeout(() => document.execCommand('insertText', false, '.requested'))
        history.replaceState(...all)
      }`)
    await page.goto(`${pages.server().url}/jobs`)
    await page.locator('[data-job]').first().waitFor()
    await page.getByLabel('Event').fill('mail')
    await page.waitForURL(/event=mail\.requested$/)
    expect(await page.getByLabel('Event').inputValue()).toBe('mail.requested')
  })

  test('the payload of an event can be edited as JSON', async () => {
    const page = await pages.open('/send?event=mail.requested')
    await page.getByLabel('Tenant').fill('forms')
    await page.getByRole('button', { name: 'JSON' }).click()
    await page.getByLabel('Payload as JSON').fill('{ "to": "a@example.com", "template":')
    await page.getByText('This is not valid JSON yet.').waitFor()
    await page.getByLabel('Payload as JSON').fill('{ "to": "a@example.com", "template": "json" }')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await page.getByText('No server takes the mail json').waitFor()
  })
}
