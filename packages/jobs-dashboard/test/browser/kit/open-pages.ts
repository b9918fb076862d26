import type { JobClient, JobEvent, JobInput, JobState, SendOptions } from '@cgk-platform/jobs-core'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, vi } from 'vitest'

import { chromiumOptions } from '../../../../../chromium-options.ts'
import type { DashboardAccess } from '../../../src/index.ts'
import { type DashboardServer, openServer } from './open-server.ts'
import type { Target } from './target.ts'
import { quietLogger } from './quiet-logger.ts'

/** The pages of a dashboard over a real client, in a real browser. */
export interface Pages {
  client(): JobClient
  server(): DashboardServer
  /** Opens an empty page. */
  openEmpty(options?: BrowserContextOptions): Promise<Page>
  /** Opens a page at a path below the base path. */
  open(path?: string, options?: BrowserContextOptions): Promise<Page>
  /** The permissions of the next requests. Each test begins with all of them. */
  access: DashboardAccess
  /** Sends a job and waits until it is in this state. Returns its id. */
  sent<Event extends JobEvent>(
    state: JobState,
    event: Event,
    payload: JobInput<Event>,
    options?: SendOptions,
  ): Promise<string>
  /** Messages of the browser that a test expects, such as requests that fail. */
  expectedMessages: RegExp | undefined
}

const everything: DashboardAccess = {
  user: 'ada@example.com',
  tenants: 'all',
  can: { payloads: true, retry: true, cancel: true, signal: true, send: true, pause: true, runCron: true },
}

/** Opens an engine, a server and a browser for the tests of a file. A message of the browser's console fails a test. */
export function openPages(target: Target): Pages {
  let engine: Awaited<ReturnType<Target['open']>>
  let server: DashboardServer
  let browser: Browser
  const messages: string[] = []
  const pages: Pages = {
    access: everything,
    expectedMessages: undefined,
    client: () => engine.client,
    server: () => server,
    async openEmpty(options = {}) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
      const page = await context.newPage()
      page.setDefaultTimeout(Number(process.env['PAGE_TIMEOUT'] ?? 180_000))
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') messages.push(message.text())
      })
      page.on('pageerror', (error) => messages.push(error.message))
      return page
    },
    async open(path = '', options = {}) {
      const page = await pages.openEmpty(options)
      await page.goto(`${server.url}${path}`)
      return page
    },
    async sent(state, event, payload, options) {
      const { id } = await engine.client.sendJob(event, payload, options)
      await vi.waitUntil(async () => (await engine.client.getJobStatus(id)).state === state, { timeout: 300_000 })
      return id
    },
  }
  beforeAll(async () => {
    engine = await target.open()
    server = await openServer({ client: engine.client, logger: quietLogger, authorize: () => pages.access })
    browser = await chromium.launch(chromiumOptions())
  })
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close()
    const unexpected = messages.splice(0).filter((text) => !pages.expectedMessages?.test(text))
    pages.access = everything
    pages.expectedMessages = undefined
    expect(unexpected).toEqual([])
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
    await engine?.close()
  })
  return pages
}
