import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'

import { findViolations } from '../kit/find-violations.ts'
import type { Pages } from '../kit/open-pages.ts'
import { openServer } from '../kit/open-server.ts'
import { quietLogger } from '../kit/quiet-logger.ts'
import { hostileText } from '../kit/test-jobs.ts'

const tenantId = 'again'

/** Tests that a job is run again with another payload. */
export function describeSendAgain(pages: Pages): void {
  describe('a job that is run again with changes', () => {
    let id: string

    beforeAll(async () => {
      const mail = { tenantId, to: 'secret@example.com', template: 'again' }
      id = await pages.sent('failed', 'mail.requested', mail, { reference: 'mail_1', idempotencyKey: 'mail_1' })
    })

    const path = (of = id): string => `/job?id=${encodeURIComponent(of)}`
    const button = (page: Page) => page.getByRole('button', { name: 'Run again with changes…' })
    const fact = (page: Page, name: string) => page.locator('.facts > div', { hasText: name })
    const submit = (page: Page) => page.getByRole('button', { name: 'Send', exact: true }).click()
    /** Returns the id of the job that was sent. */
    const sentId = async (page: Page): Promise<string> => {
      await page.waitForURL(/\/job\?/)
      return new URL(page.url()).searchParams.get('id')!
    }

    test('fills in the form, and becomes a new job with what was changed, which names it', async () => {
      const page = await pages.open(path())
      await button(page).click()
      await page.getByRole('heading', { name: 'Run again with changes' }).waitFor()
      await page.getByText(`Runs ${id} again with changes, as a new job.`).waitFor()
      await expect.poll(() => page.getByLabel('Event').inputValue()).toBe('mail.requested')
      expect(await page.getByLabel('Tenant').inputValue()).toBe(tenantId)
      expect(await page.getByLabel('Tenant').isEditable()).toBe(false)
      expect(await page.getByLabel('to', { exact: true }).inputValue()).toBe('secret@example.com')
      expect(await page.getByLabel('template').inputValue()).toBe('again')
      expect(await page.getByLabel('Reference', { exact: true }).inputValue()).toBe(`mail_1, ${id}`)
      expect(await page.getByLabel('Idempotency key').inputValue()).toBe('')
      expect(await findViolations(page)).toEqual([])
      expect(page.url()).not.toContain('secret')
      const stored = 'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state, document.cookie])'
      expect(await page.evaluate(stored)).not.toContain('secret')
      await page.getByLabel('template').fill('edited')
      await submit(page)
      await page.getByText('No server takes the mail edited').waitFor()
      expect(await sentId(page)).not.toBe(id)
      const again = await sentId(page)
      const { payload, references, rerunOf, tenantId: sentFor } = await pages.client().inspect.getJob(again)
      expect(payload).toEqual({ tenantId, to: 'secret@example.com', template: 'edited' })
      expect([sentFor, references, rerunOf]).toEqual([tenantId, ['mail_1', id], id])
      expect(await findViolations(page)).toEqual([])
      await fact(page, 'Runs again').getByRole('link').click()
      await page.getByText('No server takes the mail again').first().waitFor()
      const { features } = await pages.client().capabilities()
      if (features['inspect.countJobs: exact'].supported) {
        await fact(page, 'Run again by').getByRole('link', { name: again }).click()
      } else {
        expect(await fact(page, 'Run again by').count()).toBe(0)
        await page.goBack()
      }
      await page.getByText('No server takes the mail edited').waitFor()
      await button(page).click()
      await expect.poll(() => page.getByLabel('Reference', { exact: true }).inputValue()).toBe(`mail_1, ${again}`)
    })

    test('can be edited with the keyboard alone, also after a reload', async () => {
      const page = await pages.open(path(), { colorScheme: 'dark' })
      await button(page).focus()
      await page.keyboard.press('Enter')
      await page.waitForURL(/\/send\?from=/)
      await page.reload()
      await page.getByLabel('template').fill('by-key')
      expect(await findViolations(page)).toEqual([])
      await page.keyboard.press('Enter')
      await page.getByText('No server takes the mail by-key').waitFor()
      expect(await pages.client().getJobStatus(await sentId(page))).toMatchObject({ tenantId, rerunOf: id })
    })

    test('is left when the user chooses another event', async () => {
      const page = await pages.open(`/send?from=${encodeURIComponent(id)}`)
      await page.getByLabel('to', { exact: true }).waitFor()
      await page.getByLabel('Event').selectOption('order.placed')
      await page.getByLabel('orderId').waitFor()
      await page.waitForURL(/\/send\?event=order\.placed$/)
      expect(await page.getByText('again with changes').count()).toBe(0)
      expect(await page.getByLabel('Tenant').isEditable()).toBe(true)
    })

    test('needs an event that the process of the dashboard knows', async () => {
      const page = await pages.openEmpty()
      await page.route('**/api/events*', (route) => route.fulfill({ json: [] }))
      await page.goto(`${pages.server().url}/send?from=${encodeURIComponent(id)}`)
      await page.getByText('This process does not know mail.requested').waitFor()
      expect(await findViolations(page)).toEqual([])
      expect(await page.getByRole('button', { name: 'Send', exact: true }).count()).toBe(0)
    })

    test('is refused to users who may not send or not see payloads', async () => {
      pages.access = { user: 'bob', tenants: [tenantId], can: { send: true } }
      const blind = await pages.open(path())
      expect(await button(blind).getAttribute('title')).toBe('The payload is hidden from you.')
      pages.access = { user: 'bob', tenants: [tenantId], can: { payloads: true } }
      const reader = await pages.open(path())
      await reader.getByText('No server takes the mail again').first().waitFor()
      expect(await button(reader).count()).toBe(0)
      const page = await pages.open(`/send?from=${encodeURIComponent(id)}`)
      await page.getByText('You do not have the permission to send events').waitFor()
      pages.access = { user: 'bob', tenants: [tenantId], can: { send: true } }
      await page.reload()
      await page.getByText('Its payload is not available.').waitFor()
      expect(await page.getByLabel('to', { exact: true }).inputValue()).toBe('')
      pages.access = { user: 'eve', tenants: ['rival'], can: { send: true, payloads: true } }
      pages.expectedMessages = /404/
      await page.reload()
      await page.getByRole('heading', { name: 'Not found' }).waitFor()
    })

    test('is sent for the tenant of a user of one tenant', async () => {
      pages.access = { user: 'bob', tenants: [tenantId], can: { send: true, payloads: true } }
      const page = await pages.open(path())
      await button(page).click()
      await page.getByLabel('template').fill('own')
      expect(await page.getByLabel('Tenant').count()).toBe(0)
      await submit(page)
      await page.getByText('No server takes the mail own').waitFor()
      expect((await pages.client().getJobStatus(await sentId(page))).tenantId).toBe(tenantId)
    })

    test('needs a payload that the engine still has', async () => {
      const placed = { tenantId, orderId: 'order_1', total: 1, items: [] }
      const completed = await pages.sent('completed', 'order.placed', placed)
      const { payload } = await pages.client().inspect.getJob(completed)
      const page = await pages.open(path(completed))
      await button(page).waitFor()
      expect(await button(page).getAttribute('title')).toBe(payload ? null : 'The payload is not available.')
    })

    test('keeps hostile text and line ends as they are', async () => {
      const mail = { tenantId, to: hostileText, template: 'two\nlines' }
      const hostile = await pages.sent('failed', 'mail.requested', mail)
      const page = await pages.open(path(hostile))
      await button(page).click()
      expect(await page.getByLabel('to', { exact: true }).inputValue()).toBe(hostileText)
      await page.getByLabel('template').pressSequentially('!')
      expect(await page.evaluate(() => 'isHacked' in globalThis)).toBe(false)
      await submit(page)
      await page.locator('.error-view').first().waitFor()
      expect((await pages.client().inspect.getJob(await sentId(page))).payload).toEqual({
        ...mail,
        template: 'two\nlines!',
      })
    })

    test('does not send what is hidden from the user', async () => {
      const server = await openServer({
        client: pages.client(),
        logger: quietLogger,
        authorize: () => pages.access,
        redact: ['payload.to'],
      })
      onTestFinished(() => server.stop()) // after its page is closed, which makes requests
      const page = await pages.openEmpty()
      await page.goto(`${server.url}/send?from=${encodeURIComponent(id)}`)
      await page.getByText('This value is hidden. Enter another one.').waitFor()
      await submit(page)
      await page.getByText('Some values are hidden from you.').waitFor()
      expect(await findViolations(page)).toEqual([])
      await page.getByLabel('to', { exact: true }).fill('b@example.com')
      await submit(page)
      await page.getByText('No server takes the mail again').first().waitFor()
      const { payload } = await pages.client().inspect.getJob(await sentId(page))
      expect(payload).toEqual({ tenantId, to: 'b@example.com', template: 'again' })
    })

    test('does not send a hidden value that moved, or what the JSON was before it became invalid', async () => {
      const items = [
        { sku: 'first', quantity: 1 },
        { sku: 'secret', quantity: 2 },
      ]
      const order = { tenantId, orderId: 'order_2', total: 1, items }
      const delayed = await pages.sent('scheduled', 'order.placed', order, { delay: '1d' })
      const server = await openServer({
        client: pages.client(),
        logger: quietLogger,
        authorize: () => pages.access,
        redact: ['payload.items.1.sku'],
      })
      onTestFinished(() => server.stop()) // after its page is closed, which makes requests
      const page = await pages.openEmpty()
      const sent: (string | null)[] = []
      page.on('request', (request) => request.url().includes('/api/send') && sent.push(request.postData()))
      await page.goto(`${server.url}/send?from=${encodeURIComponent(delayed)}`)
      await page.getByText('This value is hidden. Enter another one.').waitFor()
      await page.getByRole('button', { name: 'Remove items 1' }).click()
      await submit(page)
      await page.getByText('Some values are hidden from you.').waitFor()
      await page.getByRole('button', { name: 'JSON' }).click()
      await page.getByLabel('Payload as JSON').fill('{ "orderId": "order_2", "total": 1, "items": [] }')
      await page.getByLabel('Payload as JSON').fill('{ "orderId": "order_3", "total": 1, "items": [], }')
      await submit(page)
      await page.getByText('Correct the JSON first.').waitFor()
      expect(sent).toEqual([])
    })
  })
}
