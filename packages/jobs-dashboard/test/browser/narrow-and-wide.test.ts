import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { createJobClient } from '@cgk-platform/jobs-local'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'

import { openPages } from './kit/open-pages.ts'
import { quietLogger } from './kit/quiet-logger.ts'
import { testJobs } from './kit/test-jobs.ts'

const pages = openPages({
  name: 'a file, whose workers have long ids',
  async open() {
    const folder = mkdtempSync(join(tmpdir(), 'jobs-'))
    const config = { store: 'sqlite', path: join(folder, 'jobs.db') } as const
    const client = createJobClient({ provider: 'local', jobs: testJobs, logger: quietLogger, config })
    await client.start()
    return {
      client,
      async close() {
        await client.close({ timeout: 0 })
        rmSync(folder, { recursive: true })
      },
    }
  },
})

const sendFailed = (tenantId: string, template: string) =>
  pages.sent('failed', 'mail.requested', { tenantId, to: 'ada', template })
const narrow = { viewport: { width: 360, height: 740 } }

/** Returns true if all of an element is within the width of the screen. */
async function isOnScreen(page: Page, name: string | RegExp): Promise<boolean> {
  const box = await page.getByRole('columnheader', { name }).first().boundingBox()
  return box !== null && box.x >= 0 && box.x + box.width <= page.viewportSize()!.width
}

test('on a narrow screen, the number of failed runs is seen without scrolling', async () => {
  await sendFailed('narrow', 'a')
  const page = await pages.open('/?tenant=narrow', narrow)
  await page.getByRole('link', { name: '1 (100%)' }).first().waitFor()
  expect(await isOnScreen(page, 'Failed')).toBe(true)
})

test('on a narrow screen, the number of an attempt is not cut', async () => {
  const id = await sendFailed('narrow', 'b')
  const page = await pages.open(`/job?id=${id}`, narrow)
  const label = page.locator('.fall-label > .clip:not(.note)').first()
  await label.waitFor()
  expect(await label.textContent()).toBe('Attempt 1')
  const isCut = await label.evaluate((element) => element.scrollWidth > element.clientWidth)
  expect(isCut).toBe(false)
})

test('on a wide screen, the list uses the width', async () => {
  await sendFailed('wide', 'a')
  const page = await pages.open('/jobs?tenant=wide', { viewport: { width: 1920, height: 1000 } })
  await page.locator('[data-job]').first().waitFor()
  const table = await page.getByRole('table', { name: 'Jobs' }).boundingBox()
  expect(table!.width).toBeGreaterThan(1500)
})

test('the number of jobs is right at once after all of them are retried', async () => {
  for (const template of ['a', 'b', 'c']) await sendFailed('counted', template)
  await pages.client().pauseJobs({ tenantId: 'counted' }) // so that they do not fail again
  const page = await pages.openEmpty()
  // Without the refresh every ten seconds.
  await page.addInitScript(() => {
    const later = globalThis.setTimeout
    globalThis.setTimeout = ((call: () => void, ms: number) => (ms >= 10_000 ? 0 : later(call, ms))) as never
  })
  await page.goto(`${pages.server().url}/jobs?tenant=counted&state=failed`)
  const count = page.locator('.page-head .count')
  await expect.poll(() => count.textContent()).toBe('3')
  await page.getByRole('button', { name: 'Retry all…' }).click()
  await page.getByRole('button', { name: 'Retry 3 jobs' }).click()
  await page.getByText('3 retried').waitFor()
  await expect.poll(() => count.textContent()).toBe('0')
  await pages.client().resumeJobs({ tenantId: 'counted' })
})
