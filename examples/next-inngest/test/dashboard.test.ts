import { createLoopbackEngine, type LoopbackEngine } from '@cgk-platform/inngest-loopback'
import { createJobClient } from '@cgk-platform/jobs'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { shop } from '../src/shop.ts'
import { type RunningApp, startApp } from './run-app.ts'

let engine: LoopbackEngine
let app: RunningApp

beforeAll(async () => {
  engine = await createLoopbackEngine()
  app = await startApp({ INNGEST_DEV: engine.url, ADMIN_TOKEN: 'open-sesame' })
  await engine.sync(`${app.url}/api/inngest`)
})

afterAll(async () => {
  await app?.close()
  await engine?.close()
})

const admin = { Cookie: 'theme=dark; admin=open-sesame' }

test('strangers find nothing', async () => {
  for (const path of ['', '/', '/jobs', '/api/session', '/api/jobs']) {
    expect((await fetch(`${app.url}/admin/jobs${path}`)).status).toBe(404)
  }
})

test('the administrator gets the page and its files', async () => {
  const page = await fetch(`${app.url}/admin/jobs/jobs`, { headers: admin })
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
  const [, script] = /src="([^"]+)"/.exec(await page.text())!
  const file = await fetch(`${app.url}${script}`, { headers: admin })
  expect([file.status, file.headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8'])
  // Next.js removes `Content-Encoding` from answers, so they must not be compressed before.
  expect(await file.text()).toMatch(/^[\w\s/*]/)
})

test('the administrator sees the jobs of the shop, not those of another, and retries one', async () => {
  const client = createJobClient({ provider: 'inngest', config: { eventKey: 'loopback', baseUrl: engine.url } })
  const send = async (tenantId: string): Promise<string> => {
    const { id } = await client.sendJob('order.created', {
      tenantId,
      orderId: `of-${tenantId}`,
      totalAmount: 0,
    } as never)
    await client.waitForJob(id, { timeout: '20s' })
    return id
  }
  const own = await send(shop.id)
  const other = await send('norway')
  const job = async (id: string): Promise<Response> =>
    fetch(`${app.url}/admin/jobs/api/job?id=${id}`, { headers: admin })
  expect(await (await job(own)).json()).toMatchObject({ id: own, tenantId: shop.id, state: 'failed' })
  expect((await job(other)).status).toBe(404)
  const retry = await fetch(`${app.url}/admin/jobs/api/retry`, {
    method: 'POST',
    headers: { ...admin, 'Content-Type': 'application/json', 'X-Jobs-Dashboard': '1', 'Sec-Fetch-Site': 'same-origin' },
    body: JSON.stringify({ ids: [own, other] }),
  })
  expect(await retry.json()).toMatchObject({ matched: 2, changed: 1, failures: 1 })
  await client.close()
})

test('changes arrive as they happen', async () => {
  const gone = new AbortController()
  const response = await fetch(`${app.url}/admin/jobs/api/changes`, { headers: admin, signal: gone.signal })
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  let text = ''
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk
    if (text.includes('event: change')) break
  }
  expect(text).toContain(shop.id)
  gone.abort()
})
