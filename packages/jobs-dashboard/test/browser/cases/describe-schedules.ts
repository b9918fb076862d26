import type { Locator, Page } from 'playwright-core'
import { describe, expect, onTestFinished, test } from 'vitest'

import { findViolations } from '../kit/find-violations.ts'
import type { Pages } from '../kit/open-pages.ts'
import { openServer } from '../kit/open-server.ts'
import { quietLogger } from '../kit/quiet-logger.ts'

const path = '/schedules'

/** Tests the list of cron jobs. */
export function describeSchedules(pages: Pages): void {
  const rowOf = (page: Page, id: string): Locator => page.getByRole('row').filter({ hasText: id })

  describe('the cron jobs', () => {
    test('are ordered by their next tick, with the schedule in words or as written', async () => {
      const page = await pages.open('')
      await page.getByRole('link', { name: 'Schedules' }).click()
      await page.waitForURL(/\/schedules$/)
      const rows = page.getByRole('row')
      await expect.poll(() => rows.count()).toBe(3) // the first one is the head
      const texts = await rows.allTextContents()
      expect(texts[1]).toMatch(
        /^nightly-reportEvery day at 03:000 3 \* \* \* Europe\/Berlinin .*then .*\d\d:\d\d · .*\d\d:\d\d/,
      )
      expect(texts[2]).toMatch(/^archive-orders0 0 29 2 \*UTCin .*then [A-Z][a-z]{2} \d+, \d{4}, \d\d:\d\d · /)
      await page.reload()
      await expect.poll(() => rows.count()).toBe(3)
    })

    test('run now with the keyboard, and then have a last job that leads to its page', async () => {
      const { features } = await pages.client().capabilities()
      const page = await pages.open(path)
      const row = rowOf(page, 'archive-orders')
      await row.getByRole('button', { name: 'Run now archive-orders' }).focus()
      // The message may be gone when a slow key press has ended.
      await Promise.all([page.getByText('Sent 1 job of archive-orders.').waitFor(), page.keyboard.press('Enter')])
      const link = row.getByRole('link', { name: 'job of archive-orders' })
      if (!features['inspect.countJobs: exact'].supported) {
        // Read on request: the view itself asks a hosted engine only for its pauses.
        await expect
          .poll(async () => (await pages.client().inspect.listJobs({ event: 'cron/archive-orders' })).jobs.length)
          .toBe(1)
        await row.getByRole('button', { name: 'Show the last job of archive-orders' }).focus()
        await page.keyboard.press('Enter')
      }
      await link.waitFor()
      expect(await findViolations(page)).toEqual([])
      await link.focus()
      await page.keyboard.press('Enter')
      await page.waitForURL(/\/job\?/)
      await page.locator('main .badge', { hasText: 'Completed' }).waitFor()
    })

    test('can read their last job again, if each read is a request to the engine', async () => {
      const client = pages.client()
      const capabilities = async () => {
        const { features, ...rest } = await client.capabilities()
        const unsupported = { supported: false, note: 'The engine does not count.', instead: 'Count a page.' } as const
        return { ...rest, features: { ...features, 'inspect.countJobs: exact': unsupported } }
      }
      const hosted = { ...client, capabilities }
      const server = await openServer({ client: hosted, logger: quietLogger, authorize: () => pages.access })
      onTestFinished(() => server.stop()) // after its page is closed, which makes requests
      const page = await pages.openEmpty()
      await page.goto(`${server.url}${path}`)
      const row = rowOf(page, 'nightly-report')
      await row.getByRole('button', { name: /^Show/ }).focus()
      await page.keyboard.press('Enter')
      const reload = row.getByRole('button', { name: 'Reload the last job of nightly-report' })
      await reload.waitFor()
      expect(await reload.evaluate((button) => button === button.ownerDocument.activeElement)).toBe(true)
      await client.inspect.runCronJob('nightly-report')
      await expect
        .poll(async () => (await client.inspect.listJobs({ event: 'cron/nightly-report' })).jobs[0]?.state)
        .toBe('completed')
      await page.keyboard.press('Enter')
      await row.getByRole('link', { name: 'Completed job of nightly-report' }).waitFor()
    })

    test('say if they are paused', async () => {
      const { features } = await pages.client().capabilities()
      if (!features['pauseJobs of a definition'].supported) return
      const page = await pages.open(path)
      const row = rowOf(page, 'archive-orders')
      await row.getByRole('button', { name: 'Pause archive-orders' }).click()
      await row.getByText(/^paused/).waitFor()
      expect(await findViolations(page)).toEqual([])
      await row.getByRole('button', { name: 'Resume archive-orders' }).click()
      await row.getByText(/^paused/).waitFor({ state: 'detached' })
    })

    test('show a user of one tenant neither actions nor the jobs of others', async () => {
      const { features } = await pages.client().capabilities()
      pages.access = { user: 'bob', tenants: ['viewer'], can: { runCron: true, pause: true } }
      const page = await pages.open(path)
      const row = rowOf(page, 'nightly-report')
      await row.waitFor()
      if (!features['inspect.countJobs: exact'].supported) await row.getByRole('button', { name: /^Show/ }).click()
      await row.getByText('None', { exact: true }).waitFor()
      for (const name of [/^Run now/, /^Pause/]) expect(await page.getByRole('button', { name }).count()).toBe(0)
      expect(await findViolations(page)).toEqual([])
    })
  })
}
