import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'

import { findViolations } from '../kit/find-violations.ts'
import type { Pages } from '../kit/open-pages.ts'

/** Tests that users do what they may, also without a mouse. */
export function describeActions(pages: Pages): void {
  const failed = (tenantId: string, template: string): Promise<string> =>
    pages.sent('failed', 'mail.requested', { tenantId, to: 'a@example.com', template })
  const states = (page: Page): Promise<string[]> => page.locator('[data-job] .in-state').allTextContents()
  const runs = async (id: string): Promise<number> => (await pages.client().getJobStatus(id)).runs.length

  test('a failed job is retried with the keyboard alone', async () => {
    const id = await failed('keyboard', 'by-key')
    const page = await pages.open('/jobs?tenant=keyboard')
    await page.locator('[data-job]').waitFor()
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/job\?/)
    await page.getByText('No server takes the mail by-key').waitFor()
    await page.keyboard.press('r')
    await page.getByRole('dialog').waitFor()
    expect(await findViolations(page)).toEqual([])
    await page.keyboard.press('Enter')
    await expect.poll(() => runs(id)).toBe(2)
    await page.getByText('1 retried').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.getByText('Run 2: send-mail').waitFor()
  })

  test('all jobs of a filter are counted before any is retried', async () => {
    const ids = [await failed('bulk', 'a'), await failed('bulk', 'b'), await failed('bulk', 'c')]
    const other = await failed('other', 'd')
    const page = await pages.open('/jobs?tenant=bulk&state=failed')
    await page.getByRole('button', { name: 'Retry all…' }).click()
    await page.getByText('3 failed jobs match.').waitFor()
    expect(await Promise.all(ids.map(runs))).toEqual([1, 1, 1])
    expect(await findViolations(page)).toEqual([])
    await page.getByRole('button', { name: 'Retry 3 jobs' }).click()
    await page.getByText('3 retried').waitFor()
    // A hosted engine shows a new run a moment later.
    await expect.poll(() => Promise.all(ids.map(runs))).toEqual([2, 2, 2])
    expect(await runs(other)).toBe(1)
  })

  test('selected jobs are cancelled after a question', async () => {
    const id = await pages.sent('scheduled', 'order.paid', { tenantId: 'cancel', orderId: 'order_9' }, { delay: '24h' })
    const page = await pages.open('/jobs?tenant=cancel')
    await page.getByRole('checkbox', { name: id }).check()
    await page.getByRole('button', { name: 'Cancel', exact: true }).click()
    const confirm = page.getByRole('button', { name: 'Cancel 1 job' })
    await confirm.waitFor()
    expect((await pages.client().getJobStatus(id)).state).toBe('scheduled')
    await confirm.click()
    await page.getByText('1 cancelled').waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(() => states(page)).toEqual(['Cancelled'])
  })

  test('a job that waits for a signal gets it, once its payload fits', async () => {
    const id = await pages.sent('running', 'refund.asked', { tenantId: 'signals' })
    const page = await pages.open(`/job?id=${encodeURIComponent(id)}`)
    await page.getByRole('button', { name: 'Send signal…' }).click()
    const dialog = page.getByRole('dialog')
    expect(await dialog.getByLabel('Signal').inputValue()).toBe('approval')
    expect(await findViolations(page)).toEqual([])
    pages.expectedMessages = /422/
    await dialog.getByRole('button', { name: 'Send' }).click()
    await dialog.getByText(/^payload\.by: /).waitFor()
    await dialog.getByLabel('Payload as JSON').fill('{ "by": "Ada" }')
    await dialog.getByRole('button', { name: 'Send' }).click()
    await page.getByText('Sent approval.').waitFor()
    await dialog.waitFor({ state: 'detached' })
    await page.getByText('Completed').first().waitFor()
    expect((await pages.client().getJobStatus(id)).runs[0]?.output).toEqual({ by: 'Ada' })
    await page.getByRole('button', { name: 'Send signal…' }).waitFor({ state: 'detached' })
  })

  test('a cron job runs now', async () => {
    const page = await pages.open('/definitions')
    await Promise.all([
      page.getByText('Sent 1 job of nightly-report.').waitFor(),
      page.getByRole('button', { name: 'Run now nightly-report' }).click(),
    ])
    await page.getByRole('link', { name: 'nightly-report' }).click()
    await page.getByRole('link', { name: 'Jobs of nightly-report' }).click()
    await expect.poll(() => states(page)).toEqual(['Completed'])
  })

  test('a tenant is paused and resumed, or the button says why the engine cannot', async () => {
    const { features } = await pages.client().capabilities()
    const support = features['pauseJobs of a tenant']
    const page = await pages.open('/engine?tenant=paused')
    await page.getByRole('heading', { name: 'Capabilities' }).waitFor()
    const pause = page.getByRole('button', { name: 'Pause paused' })
    if (support.supported) {
      await pause.click()
      await page.getByText(/^Tenant paused/).waitFor()
      expect(await pages.client().listPauses()).toEqual([expect.objectContaining({ tenantId: 'paused' })])
      await page.getByRole('button', { name: 'Resume' }).click()
      await page.getByText('Nothing is paused.').waitFor()
      expect(await pages.client().listPauses()).toEqual([])
    } else {
      await page.getByText(/^(Healthy|Has problems)$/).waitFor()
      if ((await pause.count()) > 0) expect(await pause.getAttribute('title')).toBe(support.note)
    }
  })

  test('the form of an event reports what is wrong at the fields, then sends', async () => {
    pages.expectedMessages = /422/
    const page = await pages.open('/send?event=order.placed')
    await page.getByLabel('Tenant').fill('forms')
    await page.getByLabel('total').fill('-1')
    await page.getByRole('button', { name: 'Add to items' }).click()
    await page.getByLabel('sku').fill('x')
    await page.getByLabel('quantity').fill('two')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    const invalid = page.locator('[aria-invalid="true"]')
    await expect
      .poll(() => invalid.evaluateAll((fields) => fields.map((field) => field.getAttribute('data-path'))))
      .toEqual(
        expect.arrayContaining([
          'payload.orderId',
          'payload.total',
          'payload.items[0].sku',
          'payload.items[0].quantity',
        ]),
      )
    expect(await findViolations(page)).toEqual([])
    await page.getByLabel('orderId').fill('order_7')
    await page.getByLabel('total').fill('12.50')
    await page.getByLabel('sku').fill('sku-1')
    await page.getByLabel('quantity').fill('2')
    await page.getByLabel('channel').selectOption('app')
    await page.getByLabel('gift').selectOption('true')
    await page.getByLabel('deliverOn').fill('2030-01-31')
    await page.getByRole('button', { name: 'Add address' }).click()
    await page.getByLabel('street').fill('Main Street 1')
    await page.getByLabel('city').fill('Berlin')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await page.waitForURL(/\/job\?/)
    const id = new URL(page.url()).searchParams.get('id')!
    const { payload } = await pages.client().inspect.getJob(id)
    if (payload !== undefined) {
      expect(payload).toEqual({
        tenantId: 'forms',
        orderId: 'order_7',
        total: 12.5,
        items: [{ sku: 'sku-1', quantity: 2 }],
        channel: 'app',
        gift: true,
        deliverOn: '2030-01-31',
        address: { street: 'Main Street 1', city: 'Berlin' },
      })
    }
  })

  test('a user sees no action that they may not do, no payload, and no other tenant', async () => {
    const id = await failed('viewer', 'secret-receipt')
    const foreign = await failed('rival', 'rival-mail')
    pages.access = { user: 'bob', tenants: ['viewer'] }
    const page = await pages.open(`/job?id=${encodeURIComponent(id)}`)
    await page.getByText('You do not have the permission to see payloads and outputs.').waitFor()
    for (const name of ['Retry', 'Cancel', 'Copy as sendJob']) {
      expect(await page.getByRole('button', { name }).count()).toBe(0)
    }
    expect(await page.getByRole('link', { name: 'Send' }).count()).toBe(0)
    expect(await findViolations(page)).toEqual([])
    pages.expectedMessages = /404/
    await page.goto(`${pages.server().url}/job?id=${encodeURIComponent(foreign)}`)
    await page.getByRole('heading', { name: 'Not found' }).waitFor()
    await page.goto(`${pages.server().url}/jobs`)
    await page.locator('[data-job]').first().waitFor()
    expect(await page.locator('body').textContent()).not.toContain('rival')
  })
}
