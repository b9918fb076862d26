import { chromium, type Page } from 'playwright-core'
import { describe, expect, onTestFinished, test } from 'vitest'

import { chromiumOptions } from '../../../chromium-options.ts'
import { serveDashboard } from '../src/demo/dashboard/serve-dashboard.ts'
import { failingOrders, openIncident } from '../src/demo/incident/open-incident.ts'
import { planIncident } from '../src/demo/incident/plan-incident.ts'

process.env['JOB_LOG_LEVEL'] = 'silent' // failures are expected here

/** Opens the shop in trouble, and the dashboard as an operator does. */
async function open(seed: number, provider: 'local' | 'inngest') {
  const plan = planIncident(seed)
  const incident = await openIncident(plan, provider)
  onTestFinished(incident.close)
  const dashboard = await serveDashboard(incident.client)
  onTestFinished(dashboard.close)
  const browser = await chromium.launch(chromiumOptions())
  onTestFinished(() => browser.close())
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  page.setDefaultTimeout(60_000)
  await page.goto(dashboard.url)
  return { plan, incident, page }
}

/** Retries the failures of one error, from the page of errors, until it says that it has retried all of them. */
async function retryErrors(page: Page, text: string): Promise<void> {
  await page
    .getByRole('listitem')
    .filter({ hasText: text })
    .getByRole('button', { name: /^Retry all…/ })
    .click()
  await page.getByRole('button', { name: /^Retry (\d+ jobs|all that match)$/ }).click()
  await page.getByText(new RegExp(`^${failingOrders} retried`)).waitFor()
}

describe.each([1, 4])('an operator who knows only what the pages say (seed %i)', (seed) => {
  test('finds each cause from the overview with at most three clicks, and retries exactly what failed', async () => {
    const { plan, incident, page } = await open(seed, 'local')
    const { failing, throttled, paused, gone } = plan
    const { client, journal } = incident

    // Without a click: what is paused, and which jobs nobody runs.
    await page.getByText(`${paused.definitionId} is paused since`).waitFor()
    await page.getByText(new RegExp(`no worker defines their jobs: .*${gone.definitionId}`)).waitFor()
    // What fails, since when, and for whom: one click.
    await page.getByRole('link', { name: 'Errors' }).click()
    const row = page.getByRole('listitem').filter({ hasText: failing.definitionId })
    await row.getByText('200 failed').waitFor()
    const told = await row.textContent()
    expect(told).toContain(failing.error.replace('#', '').trim().slice(0, 20))
    expect(told).toMatch(/first .* last /)
    expect(told).toContain('1 tenant')
    expect(told).toContain(failing.tenantId)
    expect(journal.refused.size).toBe(failingOrders)
    // Why others wait: two clicks.
    for (const [trouble, reason] of [
      [throttled, 'throttle'],
      [paused, 'is paused since'],
      [gone, 'no worker'],
    ] as const) {
      await page.getByRole('link', { name: 'Overview' }).click()
      await page.getByRole('link', { name: trouble.definitionId, exact: true }).click()
      await page
        .getByText(/^Its oldest waiting job .*/)
        .filter({ hasText: reason })
        .waitFor()
    }

    const before = await client.inspect.countJobs({ by: 'state' })
    incident.repair()
    await page.getByRole('link', { name: 'Errors' }).click()
    await retryErrors(page, failing.definitionId)
    await page.getByRole('heading', { name: 'Nothing fails' }).waitFor()
    await expect.poll(() => journal.refused.size).toBe(0)
    const after = await client.inspect.countJobs({ by: 'state' })
    const count = (counts: typeof before, state: string) => counts.groups.find(({ key }) => key === state)?.count ?? 0
    expect(count(before, 'failed')).toBe(failingOrders)
    expect(count(after, 'failed')).toBe(0)
    expect(count(after, 'completed') - count(before, 'completed')).toBe(failingOrders)
    for (const state of ['queued', 'running', 'scheduled']) expect(count(after, state)).toBe(count(before, state))
    const history = await client.inspect.getHistory({ definitionId: failing.definitionId })
    const sum = (of: 'created' | 'completed' | 'failed') =>
      history.intervals.reduce((total, interval) => total + interval[of], 0)
    expect([sum('completed'), sum('failed')]).toEqual([journal.charged.size, failingOrders])
    expect(sum('created')).toBe(journal.charged.size + failingOrders)
  })
})

test('on Inngest, an operator finds what fails, and retries exactly that', async () => {
  const { plan, incident, page } = await open(2, 'inngest')
  await page.getByRole('link', { name: 'Errors' }).click()
  const row = page.getByRole('listitem').filter({ hasText: plan.failing.definitionId })
  await row.waitFor()
  // It reads one page of jobs, and says so. A retry reads all.
  await page.getByText('these are only those of the newest failed jobs').waitFor()
  expect(await row.textContent()).toContain(plan.failing.tenantId)
  incident.repair()
  await retryErrors(page, plan.failing.definitionId)
  await expect.poll(() => incident.journal.refused.size).toBe(0)
  await expect.poll(() => page.getByRole('heading', { name: 'Nothing fails' }).count(), { timeout: 60_000 }).toBe(1)
})
