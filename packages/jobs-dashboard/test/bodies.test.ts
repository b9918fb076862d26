import { describe, expect, test } from 'vitest'

import { type Browser, everything, openDashboard } from './kit/open-dashboard.ts'

const root = { user: 'root', can: everything }

describe('a body', () => {
  const send = (browser: Browser, given: string | Uint8Array<ArrayBuffer> | ReadableStream): Promise<Response> =>
    browser.get('pause', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Jobs-Dashboard': '1' },
      body: given,
      duplex: 'half',
    } as RequestInit)

  test('that does not end is cut off', async () => {
    let chunks = 0
    const endless = new ReadableStream({
      pull(controller) {
        chunks++
        controller.enqueue(new Uint8Array(100_000).fill(32))
      },
    })
    expect((await send(openDashboard().as(root), endless)).status).toBe(413)
    expect(chunks).toBeLessThan(20)
  })

  test.each([
    ['not JSON', '{'],
    ['no UTF-8', new Uint8Array([0x22, 0xff, 0x22])],
    ['empty', ''],
  ])('that is %s is refused', async (_what, given) => {
    expect((await send(openDashboard().as(root), given)).status).toBe(400)
  })

  test('that is deeply nested is refused', async () => {
    const depth = 200_000
    const text = `{"event":"shop.ordered","payload":{"tenantId":"a","orderId":${'['.repeat(depth)}${']'.repeat(depth)}}}`
    const response = await openDashboard()
      .as(root)
      .get('send', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Jobs-Dashboard': '1' },
        body: text,
      })
    expect(response.status).toBe(400)
  })
})
