import { expect, test } from 'vitest'

import { describeManyJobs } from './cases/describe-many-jobs.ts'
import { rowsOf, schedule } from './kit/many-jobs.ts'
import { memoryTarget } from './kit/memory-target.ts'
import { openPages } from './kit/open-pages.ts'

const pages = openPages(memoryTarget)

describeManyJobs(pages, 20_000)

test('a page at the top of a busy list neither grows without end nor lacks jobs', async () => {
  const page = await pages.open('/jobs?tenant=busy')
  await page.getByText('Live', { exact: true }).waitFor()
  for (let burst = 1; burst <= 30; burst++) {
    await schedule(pages, 'busy', 90)
    const { jobs } = await pages.client().inspect.listJobs({ tenantId: 'busy', limit: 1 })
    await page
      .locator('[data-job]')
      .first()
      .and(page.locator(`[data-job="${jobs[0]!.id}"]`))
      .waitFor()
  }
  await expect.poll(() => rowsOf(page)).toBeLessThanOrEqual(2100)
  await schedule(pages, 'busy', 700) // more at once than the server watches
  const { jobs } = await pages.client().inspect.listJobs({ tenantId: 'busy', limit: 1000 })
  await page
    .locator('[data-job]')
    .first()
    .and(page.locator(`[data-job="${jobs[0]!.id}"]`))
    .waitFor()
  const shown = (): Promise<(string | null)[]> =>
    page.locator('[data-job]').evaluateAll((all) => all.map((row) => row.getAttribute('data-job')))
  await expect
    .poll(async () => {
      const ids = await shown()
      return ids.every((id, at) => id === jobs[at]!.id)
    })
    .toBe(true)
})
