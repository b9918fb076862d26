import type { Locator, Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'

import { findViolations, findViolationsInBothThemes } from '../kit/find-violations.ts'
import type { Pages } from '../kit/open-pages.ts'
import { hostileText } from '../kit/test-jobs.ts'

const key = 'jobs-dashboard:filters:/admin/jobs'

/** Tests the filters that a browser keeps. */
export function describeSavedFilters(pages: Pages): void {
  const menu = (page: Page): Locator => page.getByRole('button', { name: /^Saved filters/, disabled: false })
  const links = (page: Page): Locator => page.locator('#saved-filters a')
  const nameField = (page: Page): Locator => page.getByLabel('Name of the current filter')
  const save = async (page: Page, path: string, name: string): Promise<void> => {
    await page.goto(`${pages.server().url}${path}`)
    await menu(page).click()
    await nameField(page).fill(name)
    // The message may be gone when a slow key press has ended.
    await Promise.all([page.getByText(`Saved the filter “${name}”.`).waitFor(), page.keyboard.press('Enter')])
  }
  const stored = (page: Page): Promise<unknown> =>
    page.evaluate((name) => JSON.parse((globalThis as unknown as Browser).localStorage.getItem(name) ?? '[]'), key)
  const store = (page: Page, value: string): Promise<void> =>
    page.evaluate(([name, text]) => (globalThis as unknown as Browser).localStorage.setItem(name!, text!), [key, value])

  describe('saved filters', () => {
    beforeAll(async () => {
      await pages.sent('failed', 'mail.requested', { tenantId: 'saved', to: 'a@example.com', template: 'saved' })
    })

    test('are saved, picked and deleted with the keyboard alone, without a request', async () => {
      const page = await pages.open('/jobs?state=failed&tenant=saved')
      await page.locator('[data-job]').waitFor()
      await menu(page).focus()
      await page.keyboard.press('Enter')
      await page.keyboard.press('Tab')
      await page.keyboard.type('Failures')
      await page.keyboard.press('Enter')
      await page.getByRole('button', { name: 'Saved filters Failures' }).waitFor()
      expect(await stored(page)).toEqual([{ name: 'Failures', search: '?state=failed&tenant=saved' }])

      await page.goto(`${pages.server().url}/jobs?reference=nothing`)
      await page.getByText('No job matches the filter').waitFor()
      await menu(page).focus()
      const requests: string[] = []
      page.on('request', (request) => {
        // The list follows its jobs and counts them, whatever the user does.
        if (!/\/api\/(changes|counts)\?/.test(request.url())) requests.push(request.url())
      })
      await page.keyboard.press('Enter')
      await links(page).waitFor()
      expect(requests).toEqual([])
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      await page.waitForURL(/\/jobs\?state=failed&tenant=saved$/)
      await page.locator('[data-job]').waitFor()
      expect(await menu(page).evaluate((button) => button === button.ownerDocument.activeElement)).toBe(true)

      await page.keyboard.press('Enter')
      await page.keyboard.press('Tab')
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      await page.getByText('No saved filters yet.').waitFor()
      expect(await menu(page).evaluate((button) => button === button.ownerDocument.activeElement)).toBe(true)
      await page.keyboard.press('Escape')
      await page.getByText('No saved filters yet.').waitFor({ state: 'detached' })
      expect(await stored(page)).toEqual([])
    })

    test('are renamed by saving again, and replaced by saving another filter under the name', async () => {
      const { features } = await pages.client().capabilities()
      const other = `?within=24h${features['inspect.listJobs, oldest first'].supported ? '&order=oldest' : ''}`
      const page = await pages.openEmpty()
      await save(page, '/jobs?state=failed', 'First')
      await menu(page).click()
      await nameField(page).fill('Second')
      await page.getByRole('button', { name: 'Rename', exact: true }).click()
      await page.getByRole('button', { name: 'Saved filters Second' }).waitFor()
      await page.goto(`${pages.server().url}/jobs${other}`)
      await menu(page).click()
      await nameField(page).fill('Second')
      await page.getByRole('button', { name: 'Replace', exact: true }).click()
      await page.getByRole('button', { name: 'Saved filters Second' }).waitFor()
      expect(await stored(page)).toEqual([{ name: 'Second', search: other }])
      // Without a filter there is nothing to save.
      await page.goto(`${pages.server().url}/jobs`)
      await menu(page).click()
      await page.getByText('Choose filters first.').waitFor()
      expect(await nameField(page).count()).toBe(0)
    })

    test('are at most 50', async () => {
      const page = await pages.open('/jobs?state=failed')
      const filters = Array.from({ length: 50 }, (_, at) => ({ name: `Filter ${at}`, search: `?reference=${at}` }))
      await store(page, JSON.stringify(filters))
      await page.reload()
      await menu(page).click()
      await expect.poll(() => links(page).count()).toBe(50)
      await nameField(page).fill('One more')
      await page.getByRole('button', { name: 'Save', exact: true }).click()
      await page.getByText(/at most 50 filters\. Delete one first, or clear the data of this site/).waitFor()
      expect(await findViolations(page)).toEqual([])
      await page.getByRole('button', { name: 'Delete Filter 49' }).click()
      await Promise.all([
        page.getByText('Saved the filter “One more”.').waitFor(),
        page.getByRole('button', { name: 'Save', exact: true }).click(),
      ])
    })

    test.each([
      ['no JSON', '{"name', 0],
      ['another value', '"text"', 0],
      ['null', 'null', 0],
      ['entries that are none', '[1, null, {"name": "x"}, {"name": {}, "search": "?a=1"}]', 0],
      ['one entry that is none', '[{"name": "Good", "search": "?state=failed"}, {}]', 1],
    ])('survive a storage with %s', async (_what, text, good) => {
      const page = await pages.open('/jobs?state=completed')
      await store(page, text)
      await page.reload()
      await page.locator('[data-job]').first().waitFor()
      await menu(page).click()
      await page.getByText('Some saved filters are damaged. The next change deletes them.').waitFor()
      expect(await links(page).count()).toBe(good)
      await nameField(page).fill('Again')
      await Promise.all([page.getByText('Saved the filter “Again”.').waitFor(), page.keyboard.press('Enter')])
      expect(await stored(page)).toHaveLength(good + 1)
    })

    test.each([
      ['full', "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }"],
      ['disabled', "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('denied') } })"],
    ])('say that the browser cannot store them if its storage is %s', async (what, script) => {
      const page = await pages.openEmpty()
      await page.addInitScript(script)
      await page.goto(`${pages.server().url}/jobs?state=failed`)
      await page.locator('[data-job]').first().waitFor()
      await menu(page).click()
      if (what === 'disabled') await page.getByText('This browser does not let the page store filters.').waitFor()
      await nameField(page).fill('Lost')
      await page.keyboard.press('Enter')
      await page.getByText('The browser did not store this: its storage is full or not allowed.').waitFor()
      expect(await links(page).count()).toBe(0)
      await page.keyboard.press('Escape')
      await page.getByRole('button', { name: 'Completed' }).click()
      await page.waitForURL(/completed/)
    })

    test('with a tenant that another user may not see are not shown to them', async () => {
      const page = await pages.openEmpty()
      await save(page, '/jobs?state=failed&tenant=rival', 'Failures of rival')
      await save(page, '/jobs?state=failed', 'All failures')
      const foreign = `${pages.server().url}/jobs?state=failed&tenant=rival`
      await page.goto('about:blank') // the page of the first user makes no more requests
      pages.access = { user: 'bob', tenants: ['saved', 'viewer'] }
      await page.goto(`${pages.server().url}/jobs`)
      await menu(page).click()
      await page.getByRole('link', { name: 'All failures' }).waitFor()
      expect(await links(page).count()).toBe(1)
      expect(await page.locator('body').textContent()).not.toContain('rival')
      await page.goto(foreign)
      await page.locator('[data-job]').waitFor()
      expect(await page.locator('body').textContent()).not.toContain('rival')
      // A save by this user deletes no filter of the other.
      await save(page, '/jobs?state=failed&tenant=viewer', 'Failures of rival')
      expect(await stored(page)).toHaveLength(3)
    })

    test('are changed in all tabs', async () => {
      const page = await pages.open('/jobs?state=failed')
      const other = await page.context().newPage()
      await save(other, '/jobs?state=failed', 'From the other tab')
      await page.getByRole('button', { name: 'Saved filters From the other tab' }).waitFor()
    })

    test('show any name as text, accessibly, on a small screen', async () => {
      const page = await pages.openEmpty({ viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true })
      const name = hostileText.slice(0, 60)
      await page.goto(`${pages.server().url}/jobs?state=failed`)
      const filters = [
        { name, search: '?state=failed' },
        { name: 'x'.repeat(60), search: `?definition=${encodeURIComponent(hostileText)}&tenant=saved` },
        { name: 'Elsewhere', search: 'javascript:globalThis.isHacked=true' },
      ]
      await store(page, JSON.stringify(filters))
      await page.reload()
      await menu(page).click()
      await expect.poll(() => links(page).count()).toBe(3)
      expect(await links(page).first().textContent()).toContain('<img src=x')
      const hrefs = await links(page).evaluateAll((all) => all.map((link) => link.getAttribute('href')))
      for (const href of hrefs) expect(href).toMatch(/^\/admin\/jobs\/jobs(\?|$)/)
      expect(await page.locator('main img, main script').count()).toBe(0)
      expect(await page.evaluate(() => 'isHacked' in globalThis)).toBe(false)
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360)
      expect(await findViolationsInBothThemes(page)).toEqual([])
    })
  })

  test('Enter follows a link on the page of jobs that is not a job', async () => {
    const page = await pages.open('/jobs')
    await page.locator('[data-job]').first().waitFor()
    await page.getByRole('link', { name: 'Engine' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Capabilities' }).waitFor()
  })
}

/** The part of the browser that the tests use. */
interface Browser {
  readonly localStorage: { getItem(key: string): string | null; setItem(key: string, value: string): void }
}
