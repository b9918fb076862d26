import type { Locator, Page } from 'playwright-core'
import { beforeAll, describe, expect, test, vi } from 'vitest'

import { findViolations, findViolationsInBothThemes } from '../kit/find-violations.ts'
import { measureShift } from '../kit/measure-shift.ts'
import type { Pages } from '../kit/open-pages.ts'

const tenantId = 'parts'

/** Tests the details of a selected part of the waterfall. */
export function describePartDetails(pages: Pages): void {
  describe('a part of the waterfall', () => {
    let failedId: string
    let waitingId: string
    let mailId: string

    beforeAll(async () => {
      failedId = await pages.sent('failed', 'order.paid', { tenantId, orderId: 'order_1', isHeavy: true })
      mailId = await pages.sent('failed', 'mail.requested', { tenantId, to: 'a@example.com', template: 'parts' })
      waitingId = await sendParcel('order_2')
    })

    /** Sends a job that waits for an event, and returns its id once it waits. */
    const sendParcel = async (orderId: string): Promise<string> => {
      const { id } = await pages.client().sendJob('parcel.sent', { tenantId, orderId })
      const isWaiting = async () =>
        (await pages.client().inspect.getJob(id)).runs[0]?.steps?.some(({ state }) => state === 'waiting') ?? false
      await vi.waitUntil(isWaiting, { timeout: 300_000 })
      return id
    }
    const pathTo = (id: string): string => `/job?id=${encodeURIComponent(id)}`
    const rowOf = (page: Page, name: string | RegExp): Locator => page.getByRole('listitem').getByRole('link', { name })
    const panelOf = (page: Page, name: string): Locator => page.getByRole('region', { name: `Details of ${name}` })
    const partIn = (page: Page): string | null => new URL(page.url()).searchParams.get('part')
    const factIn = (panel: Locator, name: string): Locator =>
      panel.getByRole('term').filter({ hasText: name }).locator('xpath=following-sibling::dd')
    const jobOf = (id: string) => pages.client().inspect.getJob(id)

    test('is selected by a click, is in the address, and survives a reload', async () => {
      const page = await pages.open(pathTo(failedId))
      await rowOf(page, 'ship').click()
      const panel = panelOf(page, 'ship')
      await panel.getByText('The courier does not take it').waitFor()
      await expect.poll(() => partIn(page)).toBe('step ship')
      expect(await factIn(panel, 'State').textContent()).toBe('Failed')
      expect(await factIn(panel, 'Started').count()).toBe(1)
      expect(await rowOf(page, 'ship').getAttribute('aria-current')).toBe('true')
      await page.reload()
      await panel.getByText('The courier does not take it').waitFor()
      await page.goBack()
      await page.waitForURL('about:blank')
    })

    test('is accessible in both themes', async () => {
      const page = await pages.open(pathTo(failedId))
      for (const name of ['Attempt 1', 'charge', 'ship', 'Completed charge compensation']) {
        await rowOf(page, name).first().click()
        await page.locator('.part dl').waitFor()
        expect(await findViolationsInBothThemes(page)).toEqual([])
      }
    })

    test('shows an output as a tree, and leads to its compensation and back', async () => {
      const page = await pages.open(pathTo(failedId))
      await rowOf(page, 'charge').first().click()
      const panel = panelOf(page, 'charge')
      await panel.locator('.json', { hasText: 'paid: "order_1"' }).waitFor()
      expect(await factIn(panel, 'Duration').textContent()).toMatch(/^\d.* m?s$/)
      await factIn(panel, 'Compensation').getByRole('link').click()
      await factIn(panel, 'Reverses').waitFor()
      await expect.poll(() => partIn(page)).toBe('compensation charge')
      await panel.getByRole('link', { name: 'charge' }).click()
      await panel.locator('.json', { hasText: 'paid: "order_1"' }).waitFor()
      const link = panel.getByRole('link', { name: /Download/ })
      const response = await page.request.get(new URL((await link.getAttribute('href'))!, page.url()).href)
      expect(await response.json()).toEqual({ paid: 'order_1' })
    })

    test('shows the error of an attempt with its stack and causes, and its worker if the engine tells it', async () => {
      const { runs } = await jobOf(mailId)
      const attempts = runs[0]!.attemptHistory
      const page = await pages.open(pathTo(mailId))
      await rowOf(page, attempts ? 'Attempt 1' : 'Run').click()
      const panel = panelOf(page, attempts ? 'Attempt 1' : 'Run')
      await panel.getByText('No server takes the mail parts').waitFor()
      await panel.getByText('socket hang up').waitFor()
      await panel.getByText('Stack', { exact: true }).first().click()
      await panel.getByRole('region', { name: 'Stack' }).first().waitFor()
      expect(await factIn(panel, 'Worker').count()).toBe(attempts?.[0]?.worker === undefined ? 0 : 1)
    })

    test('is also selected in the graph, where keys go from step to step', async () => {
      const page = await pages.open(pathTo(failedId))
      await page.getByRole('button', { name: 'Graph' }).click()
      const graph = page.getByRole('region', { name: 'Steps as a graph' })
      await graph.getByRole('link', { name: /^charge/ }).click()
      await panelOf(page, 'charge').locator('.json').waitFor()
      await expect.poll(() => partIn(page)).toBe('step charge')
      expect(await graph.locator('[aria-current]').count()).toBe(1)
      expect(await findViolations(page)).toEqual([])
      await page.keyboard.press('j')
      await panelOf(page, 'pack').locator('dl').waitFor()
      await page.goBack()
      await page.waitForURL('about:blank')
    })

    test('is opened from the graph of the page of workflows', async () => {
      const page = await pages.open(`/workflows?definition=fulfil-order&id=${encodeURIComponent(failedId)}`)
      await page.getByRole('link', { name: /^ship/ }).click()
      await panelOf(page, 'ship').getByText('The courier does not take it').waitFor()
      expect(await page.evaluate('performance.getEntriesByType("navigation").length')).toBe(1)
    })

    test('keeps the focus when it leads to another part, and when it is closed beside the graph', async () => {
      const page = await pages.open(pathTo(failedId))
      const focused = (): Promise<string> => page.evaluate('document.activeElement.localName')
      await rowOf(page, 'charge').first().focus()
      await page.keyboard.press('Enter')
      await expect.poll(focused).toBe('section')
      const panel = panelOf(page, 'charge')
      await factIn(panel, 'Compensation').getByRole('link').focus()
      await page.keyboard.press('Enter')
      await factIn(panel, 'Reverses').waitFor()
      await expect.poll(focused).toBe('section')
      await page.getByRole('button', { name: 'Graph' }).click()
      await page.getByRole('region', { name: 'Steps as a graph' }).waitFor()
      await panel.getByRole('button', { name: 'Close the details' }).focus()
      await page.keyboard.press('Enter')
      await panel.waitFor({ state: 'detached' })
      expect(await focused()).toBe('a')
    })

    test('has the focus again if it was closed before the graph was drawn', async () => {
      const page = await pages.open(pathTo(failedId))
      let draw = (): void => undefined
      const isDrawn = new Promise<void>((resolve) => (draw = resolve))
      await page.route(/\/assets\/step-graph/, (route) => isDrawn.then(() => route.continue()))
      const focused = (): Promise<string> =>
        page.evaluate('document.activeElement.localName + " " + document.activeElement.getAttribute("href")')
      await rowOf(page, 'charge').first().click()
      const panel = panelOf(page, 'charge')
      await factIn(panel, 'Compensation').getByRole('link').click()
      await factIn(panel, 'Reverses').waitFor()
      await page.getByRole('button', { name: 'Graph' }).click()
      await panel.getByRole('button', { name: 'Close the details' }).click()
      await panel.waitFor({ state: 'detached' })
      expect(await focused()).toMatch(/^main/)
      draw()
      await expect.poll(focused).toMatch(/^a .*part=step\+charge$/)
    })

    test('is selected, changed and closed with the keyboard alone', async () => {
      const page = await pages.open(pathTo(failedId))
      const focused = (): Promise<string | null> =>
        page.evaluate('document.activeElement.ariaLabel ?? document.activeElement.textContent')
      await rowOf(page, 'charge').first().focus()
      await page.keyboard.press('Enter')
      await panelOf(page, 'charge').locator('.json').waitFor()
      await expect.poll(focused).toBe('Details of charge')
      await page.keyboard.press('Tab')
      await expect.poll(focused).toBe('Close the details')
      await page.keyboard.press('j')
      await expect.poll(() => partIn(page)).toBe('step pack')
      await page.keyboard.press('k')
      await page.keyboard.press('k')
      await expect.poll(() => partIn(page)).toMatch(/^(attempt 1|run)$/)
      await page.keyboard.press('j')
      await panelOf(page, 'charge').waitFor()
      await page.keyboard.press('Escape')
      await panelOf(page, 'charge').waitFor({ state: 'detached' })
      await expect.poll(() => partIn(page)).toBeNull()
      expect(await focused()).toContain('charge')
      // Escape in a dialog closes the dialog only.
      await page.keyboard.press('j')
      await page.keyboard.press('?')
      await page.getByRole('dialog').waitFor()
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      await expect.poll(() => partIn(page)).not.toBeNull()
    })

    test('belongs to one run of a job that was retried, and keys go from run to run', async () => {
      const id = await pages.sent('failed', 'mail.requested', { tenantId, to: 'b@example.com', template: 'twice' })
      await pages.client().retryJob(id)
      const hasFailedTwice = async () => {
        const { state, runs } = await pages.client().getJobStatus(id)
        return runs.length === 2 && state === 'failed'
      }
      await vi.waitUntil(hasFailedTwice, { timeout: 300_000 })
      const page = await pages.open(pathTo(id))
      const second = page.getByRole('region', { name: 'Run 2: send-mail' })
      await second.getByRole('listitem').getByRole('link').first().click()
      await second.locator('.part dl').waitFor()
      expect(await page.locator('.part').count()).toBe(1)
      expect(await page.locator('a.fall-row[aria-current]').count()).toBe(1)
      await page.keyboard.press('k')
      await page.getByRole('region', { name: 'Run 1: send-mail' }).locator('.part dl').waitFor()
      expect(await page.locator('.part').count()).toBe(1)
      expect(await findViolations(page)).toEqual([])
    })

    test('that waits says for what and until when, and stays selected when the wait ends', async () => {
      const id = await sendParcel('order_3')
      const page = await pages.open(pathTo(id))
      await rowOf(page, 'delivered').click()
      const panel = panelOf(page, 'delivered')
      await expect.poll(() => factIn(panel, 'State').textContent()).toBe('Waiting')
      const { waitsFor, waitsUntil } = (await jobOf(id)).runs[0]!.steps!.at(-1)!
      if (waitsFor) expect(await factIn(panel, 'Waits for').textContent()).toContain('parcel.delivered')
      if (waitsFor && 'match' in waitsFor) {
        expect(await factIn(panel, 'Waits for').textContent()).toContain('where orderId is "order_3"')
      }
      expect(await factIn(panel, 'Waits until').count()).toBe(waitsUntil ? 1 : 0)
      await pages.client().sendJob('parcel.delivered', { tenantId, orderId: 'order_3' })
      await expect.poll(() => factIn(panel, 'State').textContent(), { timeout: 300_000 }).toBe('Completed')
      await panel.locator('.json', { hasText: 'order_3' }).waitFor()
      await expect.poll(() => partIn(page)).toBe('step delivered')
    })

    test('moves nothing when its details come, or others', async () => {
      const run = (await jobOf(failedId)).runs[0]!.id
      const page = await pages.open(`${pathTo(failedId)}&run=${encodeURIComponent(run)}&part=step+ship`)
      await panelOf(page, 'ship').getByText('The courier does not take it').waitFor()
      expect(await measureShift(page)).toBeLessThan(0.1)
      const payload = page.getByRole('heading', { name: 'Payload' })
      const before = await payload.boundingBox()
      for (const name of ['charge', 'Attempt 1', 'pack']) {
        await rowOf(page, name).first().click()
        await panelOf(page, name).locator('dl').waitFor()
        expect(await payload.boundingBox()).toEqual(before)
      }
    })

    test('is below the waterfall on a small screen, where it comes into view', async () => {
      const page = await pages.open(pathTo(failedId), {
        viewport: { width: 360, height: 740 },
        isMobile: true,
        hasTouch: true,
      })
      await rowOf(page, 'charge').first().tap()
      const panel = panelOf(page, 'charge')
      await panel.locator('.json').waitFor()
      const isInView = async () => {
        const box = await panel.getByRole('heading').first().boundingBox()
        return box !== null && box.y >= 0 && box.y + box.height <= 740
      }
      await expect.poll(isInView).toBe(true)
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360)
      expect(await findViolations(page)).toEqual([])
      await panel.getByRole('button', { name: 'Close the details' }).tap()
      await panel.waitFor({ state: 'detached' })
    })

    test('shows no output, stack, awaited value or worker to a user who may not see them', async () => {
      pages.access = { user: 'bob', tenants: [tenantId] }
      const page = await pages.open(pathTo(failedId))
      await rowOf(page, 'charge').first().click()
      await panelOf(page, 'charge').getByText('You do not have the permission to see payloads and outputs.').waitFor()
      await rowOf(page, 'ship').click()
      await panelOf(page, 'ship').getByText('The courier does not take it').waitFor()
      expect(await page.getByText('Stack', { exact: true }).count()).toBe(0)
      await rowOf(page, /Attempt 1|Run/).click()
      await page.locator('.part dl').waitFor()
      expect(await page.getByRole('term').filter({ hasText: 'Worker' }).count()).toBe(0)
      await page.goto(`${pages.server().url}${pathTo(waitingId)}`)
      await rowOf(page, 'delivered').click()
      await panelOf(page, 'delivered').locator('dl').waitFor()
      expect(await page.locator('body').textContent()).not.toContain('order_2')
      expect(await findViolations(page)).toEqual([])
    })

    test('has texts that are only text, and an address with unknown values shows the job', async () => {
      const page = await pages.open(pathTo(waitingId))
      await rowOf(page, /<img src=x/).click()
      await page.locator('.part .json', { hasText: '<script>globalThis.isHacked=true</script>' }).waitFor()
      expect(await page.locator('main img, main script').count()).toBe(0)
      expect(await findViolations(page)).toEqual([])
      await page.reload()
      await page.locator('.part .json', { hasText: '<script>' }).waitFor()
      expect(await page.evaluate(() => 'isHacked' in globalThis)).toBe(false)
      for (const part of ['constructor', 'step __proto__', '<script>', 'x'.repeat(5000)]) {
        const run = (await jobOf(waitingId)).runs[0]!.id
        const selection = new URLSearchParams({ run, part }).toString()
        await page.goto(`${pages.server().url}${pathTo(waitingId)}&${selection}`)
        await rowOf(page, 'delivered').waitFor()
        expect(await page.locator('.part').count()).toBe(0)
      }
    })
  })
}
