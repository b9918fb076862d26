import { readFile } from 'node:fs/promises'

import type { JobInput } from '@cgk-platform/jobs-core'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'

import { memoryTarget } from './kit/memory-target.ts'
import { openPages } from './kit/open-pages.ts'

const pages = openPages(memoryTarget)

/** Returns an order with this number of items, about 40 characters each. */
const order = (items: number): JobInput<'order.placed'> => ({
  tenantId: 'large',
  orderId: 'a "quoted" \u202eorder',
  total: 9.5,
  items: Array.from({ length: items }, (_none, at) => ({ sku: `sku-${100_000 + at}-é`, quantity: 1 + (at % 9) })),
})

// The engine keeps the payloads of jobs that wait.
const send = async (payload: JobInput<'order.placed'>, reference?: string[]): Promise<string> =>
  (await pages.client().sendJob('order.placed', payload, { reference, delay: '24h' })).id
const openJob = (id: string, options?: Parameters<typeof pages.open>[1]): Promise<Page> =>
  pages.open(`/job?id=${encodeURIComponent(id)}`, options)
const copyButton = (page: Page) => page.getByRole('button', { name: 'Copy as sendJob' })

/** Runs copied code in a page. Returns the arguments of its `sendJob`. */
async function argumentsOf(code: string, page: Page): Promise<unknown> {
  return page.evaluate(`(async () => {
    let given
    const sendJob = async (...all) => void (given = all)
    ${code}
    return given
  })()`)
}

test('a payload over the limit is shown truncated, and is downloaded whole', async () => {
  const payload = order(3000)
  const text = JSON.stringify(payload)
  expect(text.length).toBeGreaterThan(100_000)
  const id = await send(payload)
  const page = await openJob(id)
  await page.getByText('Too large to show: this is its beginning.').waitFor()
  const beginning = page.getByRole('region', { name: 'The beginning of the text' })
  const shown = text.slice(0, 100_000).replace('\u202e', String.raw`\u{202e}`) // a page hides no characters
  expect((await beginning.textContent()) === shown).toBe(true)
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: /^Download \(/ }).click(),
  ])
  expect(download.suggestedFilename()).toMatch(/-payload\.json$/)
  expect(JSON.parse(await readFile(await download.path(), 'utf8'))).toEqual(payload)

  expect(await copyButton(page).getAttribute('aria-disabled')).toBe('true')
  expect(await copyButton(page).getAttribute('title')).toBe('The payload is too large to copy. Download it.')
  const again = page.getByRole('button', { name: 'Run again with changes…' })
  expect(await again.getAttribute('title')).toBe('The payload is too large to edit. Download it.')
})

test('"Copy as sendJob" copies code that sends the same job', async () => {
  const payload = order(20)
  const reference = ['order_456', 'a "quoted" one']
  const id = await send(payload, reference)
  const page = await openJob(id, { permissions: ['clipboard-read', 'clipboard-write'] })
  // The message may be gone when a slow click has ended.
  await Promise.all([page.getByText('Copied as sendJob.').waitFor(), copyButton(page).click()])
  const code: string = await page.evaluate('navigator.clipboard.readText()')
  expect(await argumentsOf(code, page)).toEqual(['order.placed', payload, { reference }])
})

test('"Copy as sendJob" shows its code if the browser does not allow copying', async () => {
  const payload = order(20)
  const page = await openJob(await send(payload))
  await page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
  await copyButton(page).click()
  const code = await page.getByRole('dialog').getByLabel('Code').inputValue()
  expect(await argumentsOf(code, page)).toEqual(['order.placed', payload])
})

test('a payload of many fields is edited as JSON when it is run again', async () => {
  const { tenantId, ...fields } = order(2000)
  const page = await openJob(await send({ tenantId, ...fields }))
  await page.getByRole('button', { name: 'Run again with changes…' }).click()
  const json = page.getByLabel('Payload as JSON')
  expect(JSON.parse(await json.inputValue())).toEqual(fields)
  await json.fill(JSON.stringify({ ...fields, orderId: 'edited' }))
  await page.getByText('Options', { exact: true }).click()
  await page.getByLabel('Delay').fill('24h')
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await page.waitForURL(/\/job\?/)
  const { payload } = await pages.client().inspect.getJob(new URL(page.url()).searchParams.get('id')!)
  expect(payload).toEqual({ tenantId, ...fields, orderId: 'edited' })
})
