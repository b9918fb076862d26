import { expect, test } from 'vitest'

import { findViolations } from '../kit/find-violations.ts'
import type { Pages } from '../kit/open-pages.ts'
import { rowsOf, schedule } from '../kit/many-jobs.ts'

/** Tests a list of many jobs. @param count - more than the overview reads */
export function describeManyJobs(pages: Pages, count: number): void {
  const shown = count.toLocaleString('en-US')

  test(`${shown} jobs scroll, with few rows in the document`, async () => {
    await schedule(pages, 'many', count)
    const page = await pages.open('/jobs?tenant=many')
    await page.locator('[data-job]').first().waitFor()
    await page.getByText(shown, { exact: true }).waitFor()
    await page.evaluate(`new Promise((resolve) => {
      const scroll = () => {
        scrollTo(0, document.documentElement.scrollHeight)
        if (document.querySelector('.jobs-end')?.textContent === 'These are all jobs.') resolve()
        else setTimeout(scroll, 20)
      }
      scroll()
    })`)
    // A row that scrolling replaces has no height.
    await expect.poll(() => rowsOf(page)).toBe(count)
    expect(await page.locator('[data-job]').count()).toBeLessThan(100)
    await expect.poll(() => page.locator('[data-job]').last().getAttribute('aria-rowindex')).toBe(String(count + 1))
  })

  test('the overview of too many jobs says that its figures count only a part of them', async () => {
    const page = await pages.open('/?tenant=many')
    await page.getByText(/these figures count the newest ones only: those sent since /).waitFor()
    expect(await findViolations(page)).toEqual([])
  })
}
