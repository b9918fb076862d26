import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { chromium, type Page } from 'playwright-core'
import { test } from 'vitest'

import { chromiumOptions } from '../../../../chromium-options.ts'
import { openServer } from './kit/open-server.ts'
import { simulateShop } from './kit/shop-history.ts'
import { quietLogger } from './kit/quiet-logger.ts'

const folder = process.env['SCREENSHOTS']

/** Takes a picture in a format that is much smaller than PNG. */
async function shoot(page: Page, name: string): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 82 })
  await session.detach()
  writeFileSync(join(folder!, `${name}.webp`), Buffer.from(data, 'base64'))
}

// SCREENSHOTS=../../docs/images vitest run test/browser/screenshots.test.ts, with ALL_VIEWS=1 also those that no page shows
test.skipIf(folder === undefined)('the pictures of the docs are taken', async () => {
  const engine = await simulateShop()
  const server = await openServer({
    client: engine.client,
    logger: quietLogger,
    authorize: () => ({
      user: 'ada@example.com',
      tenants: 'all',
      can: { payloads: true, retry: true, cancel: true, signal: true, send: true, pause: true, runCron: true },
    }),
  })
  const browser = await chromium.launch(chromiumOptions())
  const failed = await engine.client.inspect.listJobs({ definitionId: 'fulfil-order', states: ['failed'], limit: 1 })
  const { id, runs } = await engine.client.inspect.getJob(failed.jobs[0]!.id)
  const job = `/job?${new URLSearchParams({ id, run: runs[0]!.id, part: 'step ship' }).toString()}`
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme })
    const visit = async (path: string, shown: string): Promise<void> => {
      await page.goto(`${server.url}${path}`)
      await page.locator('main').getByText(shown).locator('visible=true').first().waitFor()
    }
    const views = {
      overview: ['', 'fulfil-order'],
      definition: ['/definition?id=send-email', 'wait or run'],
      jobs: ['/jobs', 'send-email'],
      job: [job, 'Attempts'],
      workflows: ['/workflows', 'Recent jobs'],
      ...(process.env['ALL_VIEWS'] && {
        errors: ['/errors', 'send-email'],
        definitions: ['/definitions', 'sync-stock'],
        engine: ['/engine', 'Capabilities'],
        send: ['/send?event=order.placed', 'orderId'],
      }),
    } as const
    for (const [name, [path, shown]] of Object.entries(views)) {
      await visit(path, shown)
      if (name === 'workflows') await page.getByRole('region', { name: 'Steps as a graph' }).waitFor()
      await shoot(page, `dashboard-${name}-${colorScheme}`)
    }
    await page.close()
  }
  await browser.close()
  await server.stop()
  await engine.close()
})
