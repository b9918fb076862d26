import { describe, expect, test } from 'vitest'

import type { ErrorJson } from '../src/api-types.ts'
import { everything, openDashboard, type OpenedDashboard } from './kit/open-dashboard.ts'

const root = { user: 'root', can: everything }

describe('an action from another site', () => {
  const body = { tenant: 'acme' }

  test.each<[string, Record<string, string | undefined>]>([
    ['a form', { 'Content-Type': 'application/x-www-form-urlencoded' }],
    ['a form with plain text', { 'Content-Type': 'text/plain' }],
    ['a form with several parts', { 'Content-Type': 'multipart/form-data; boundary=x' }],
    ['a type that only begins like JSON', { 'Content-Type': 'application/jsonp' }],
    ['no type', { 'Content-Type': undefined }],
    ['a request without the header of the pages', { 'X-Jobs-Dashboard': undefined }],
    ['another value of the header', { 'X-Jobs-Dashboard': 'true' }],
    ['another site', { 'Sec-Fetch-Site': 'cross-site' }],
    ['another subdomain', { 'Sec-Fetch-Site': 'same-site' }],
    ['the address bar', { 'Sec-Fetch-Site': 'none' }],
    ['another origin, in an old browser', { 'Sec-Fetch-Site': '', Origin: 'https://evil.example' }],
  ])('by %s is refused and audited', async (_what, headers) => {
    const opened = openDashboard()
    const response = await opened.as(root).post('pause', body, headers)
    expect([response.status, ((await response.json()) as ErrorJson).error.code]).toEqual([403, 'cross_site'])
    expect(opened.audited).toMatchObject([{ action: 'pause', outcome: 'denied', error: 'cross_site' }])
    expect(await opened.engine.client.listPauses()).toEqual([])
  })

  const post = (opened: OpenedDashboard, headers: Record<string, string>): Promise<Response> =>
    opened.dashboard(
      new Request('https://shop.example/admin/api/pause', {
        method: 'POST',
        headers: {
          Cookie: JSON.stringify({ ...root, tenants: 'all' }),
          'Content-Type': 'application/json; charset=utf-8',
          'X-Jobs-Dashboard': '1',
          ...headers,
        },
        body: JSON.stringify(body),
      }),
    )

  test.each([
    ['an old browser on the same host', { Origin: 'https://shop.example' }, 200],
    ['a program', {}, 200],
    [
      'a browser behind a proxy that ends TLS',
      { Origin: 'https://public.example', 'Sec-Fetch-Site': 'same-origin' },
      200,
    ],
    ['an old browser on another host', { Origin: 'https://evil.example' }, 403],
    ['an old browser in a sandbox', { Origin: 'null' }, 403],
    [
      'an old browser, with a forwarded host',
      { Origin: 'https://evil.example', 'X-Forwarded-Host': 'evil.example' },
      403,
    ],
  ])('%s: %j is answered %i', async (_what, headers, status) => {
    expect((await post(openDashboard(), headers)).status).toBe(status)
  })

  test('a preflight is never allowed', async () => {
    const opened = openDashboard()
    const response = await opened
      .as(root)
      .get('pause', { method: 'OPTIONS', headers: { Origin: 'https://evil.example' } })
    expect(response.status).toBe(405)
    expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
  })
})
