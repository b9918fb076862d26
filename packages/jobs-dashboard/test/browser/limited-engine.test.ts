import { createClient } from '@cgk-platform/jobs-core/provider'
import { createInngestProvider } from '@cgk-platform/jobs-inngest/provider'
import {
  createLoopbackEngine,
  createScaledClock,
  errorResponse,
  failRequests,
  type LoopbackEngine,
} from '@cgk-platform/inngest-loopback'
import { Inngest } from 'inngest'
import type { Locator, Page } from 'playwright-core'
import { expect, test } from 'vitest'

import { openPages } from './kit/open-pages.ts'
import { quietLogger } from './kit/quiet-logger.ts'
import { testJobs } from './kit/test-jobs.ts'

let engine: LoopbackEngine

const pages = openPages({
  name: 'Inngest',
  async open() {
    const clock = createScaledClock(20) // the engine wants no requests for longer than a read waits
    engine = await createLoopbackEngine({ clock })
    const inngest = new Inngest({ id: 'jobs', baseUrl: engine.url, isDev: true, logger: quietLogger })
    const client = createClient(
      { load: () => createInngestProvider({ client: inngest }, { clock }) },
      { jobs: testJobs, logger: quietLogger, clock },
    )
    return {
      client,
      async close() {
        await client.close({ timeout: 0 })
        await engine.close()
      },
    }
  },
})

/** Sends a job that stays scheduled, and returns its id. */
async function send(tenantId: string): Promise<string> {
  return (await pages.client().sendJob('order.paid', { tenantId, orderId: 'order_1' }, { delay: '24h' })).id
}

/** The engine refuses requests because there were too many. Returns a function that stops this. */
function limit(): () => void {
  pages.expectedMessages = /503/
  return failRequests(engine, 'read', errorResponse(429, 'too many requests', { 'retry-after': '90' }))
}

const row = (page: Page, id: string) => page.locator(`[data-job="${id}"]`)
const banner = (page: Page) => page.getByRole('alert').getByText('The engine accepts no more requests for now.')

test('while the engine accepts no more requests, a page says so and keeps its data, then it recovers by itself', async () => {
  const id = await send('limited')
  const page = await pages.open('/jobs?tenant=limited')
  await row(page, id).waitFor()
  const stop = limit()
  await banner(page).waitFor()
  expect(await row(page, id).count()).toBe(1)
  stop()
  const next = await send('limited')
  await row(page, next).waitFor()
  await banner(page).waitFor({ state: 'detached' })
})

test.each<[path: string, shown: (page: Page) => Locator]>([
  ['', (page) => page.getByRole('link', { name: 'opened' })],
  ['/jobs', (page) => page.locator('[data-job]').first()],
  ['/workflows', (page) => page.getByText('No job of this workflow yet.')],
])(
  'the page `%s` opened while the engine accepts no more requests says so and recovers by itself',
  async (path, shown) => {
    await send('opened')
    const stop = limit()
    const page = await pages.open(path)
    await banner(page).waitFor()
    expect(await shown(page).count()).toBe(0)
    stop()
    await shown(page).waitFor()
    await banner(page).waitFor({ state: 'detached' })
  },
)

test('the page of the engine says why its health is bad, then that it responds', async () => {
  const stop = limit()
  const page = await pages.open('/engine')
  await page.getByText('Has problems').waitFor()
  await page.getByText('the server responded with 429').waitFor()
  stop()
  await page.getByText('responds', { exact: true }).waitFor()
})
