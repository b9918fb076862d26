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

test('an answer with JSON is compressed if the browser reads that, and a stream of events is not', async () => {
  const { as } = openDashboard()
  const { get, read } = as(root)
  const headers = { 'Accept-Encoding': 'br, gzip' }
  const answer = await get('definitions', { headers })
  expect(answer.headers.get('Content-Encoding')).toBe('gzip')
  const text = await new Response(answer.body!.pipeThrough(new DecompressionStream('gzip'))).text()
  expect(JSON.parse(text)).toEqual(await read('definitions'))
  const gone = new AbortController()
  const events = await get('changes', { headers, signal: gone.signal })
  expect(events.headers.get('Content-Encoding')).toBeNull()
  gone.abort()
})
