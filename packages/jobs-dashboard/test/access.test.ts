import type { LoggerLike } from '@cgk-platform/jobs-core'
import { createJobClient } from '@cgk-platform/jobs-local'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { createDashboard, type DashboardAccess, type DashboardOptions } from '../src/index.ts'

const client = createJobClient()
const lines: string[] = []
const log = (line: unknown): unknown => lines.push(String(line))
const logger: LoggerLike = { debug: log, info: log, warn: log, error: log }
const admin: DashboardAccess = { user: 'ada', tenants: 'all' }

beforeEach(() => void (lines.length = 0))
afterEach(() => vi.unstubAllEnvs())

/** Requests a path of a dashboard. */
async function get(options: Partial<DashboardOptions>, path: string, init?: RequestInit): Promise<Response> {
  return createDashboard({ client, logger, ...options })(new Request(`http://localhost${path}`, init))
}

describe('without `authorize`', () => {
  test.each(['production', 'staging', ''])('every request is answered 404 with NODE_ENV=%s', async (environment) => {
    vi.stubEnv('NODE_ENV', environment)
    const dashboard = createDashboard({ client, logger })
    for (const path of ['/', '/jobs', '/api/session', '/assets/x.js']) {
      const response = await dashboard(new Request(`http://localhost${path}`))
      expect([response.status, await response.text()]).toEqual([404, 'Not found'])
    }
    expect(lines).toEqual([expect.stringContaining('has no `authorize`')])
  })

  test('in development, this machine may do everything', async () => {
    vi.stubEnv('NODE_ENV', 'development')
    const session = (await (await get({}, '/api/session')).json()) as unknown
    expect(session).toMatchObject({ tenants: 'all', can: { payloads: true, cancel: true } })
  })

  test('in development, a page of another site that names this machine by its own host is answered 404', async () => {
    vi.stubEnv('NODE_ENV', 'development')
    const dashboard = createDashboard({ client, logger })
    expect((await dashboard(new Request('http://rebound.example/api/session'))).status).toBe(404)
  })
})

describe('`authorize`', () => {
  test('names the user, their tenants and their permissions, of which none is the default', async () => {
    const response = await get({ authorize: async () => ({ user: 'ada', tenants: ['a', 'b'] }) }, '/api/session')
    expect(await response.json()).toMatchObject({
      user: 'ada',
      tenants: ['a', 'b'],
      can: { payloads: false, retry: false, cancel: false, signal: false, send: false, pause: false, runCron: false },
    })
  })

  test.each<[string, () => unknown]>([
    ['returns nothing', () => undefined],
    ['returns null', () => null],
    ['returns true', () => true],
    ['returns no user', () => ({ tenants: 'all' })],
    ['returns no tenants', () => ({ user: 'ada' })],
    ['returns an empty list of tenants', () => ({ user: 'ada', tenants: [] })],
    ['returns a number as a tenant', () => ({ user: 'ada', tenants: [1] })],
    ['throws', () => Promise.reject(new Error('The session store is down'))],
  ])('that %s is answered 404 on every path', async (_what, authorize) => {
    for (const path of ['/', '/api/session', '/assets/x.js', '/nothing']) {
      const response = await get({ authorize: authorize as () => DashboardAccess }, path)
      expect([response.status, await response.text()]).toEqual([404, 'Not found'])
    }
  })

  test('grants only what is exactly true', async () => {
    const can = { retry: 'yes', cancel: 1, send: true } as never
    const response = await get({ authorize: () => ({ ...admin, can }) }, '/api/session')
    expect(await response.json()).toMatchObject({ can: { retry: false, cancel: false, send: true } })
  })
})

describe('the path', () => {
  const options = { basePath: '/admin/jobs', authorize: () => admin }

  test.each(['/admin/jobs', '/admin/jobs/', '/admin/jobs/job?id=x', '/admin/jobs/../jobs/engine'])(
    '%s shows a page',
    async (path) => {
      const response = await get(options, path)
      expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    },
  )

  test.each([
    '/',
    '/jobs',
    '/admin/jobsx',
    '/admin/jobs/../../api/session',
    '/admin%2Fjobs/api/session',
    '/admin/jobs/api%2Fsession',
    '/admin/jobs//api/session',
    '//admin/jobs/api/session',
    '/admin/jobs/assets/../../../../package.json',
    '/admin/jobs/assets/%2e%2e/%2e%2e/package.json',
    '/admin/jobs/assets/..%2f..%2fpackage.json',
    '/admin/jobs/assets/__proto__',
    '/admin/jobs/constructor',
  ])('%s is answered 404', async (path) => {
    expect((await get(options, path)).status).toBe(404)
  })

  test('headers that name another host or path change nothing', async () => {
    const spoofed = {
      'X-Forwarded-Host': 'evil.example',
      'X-Forwarded-Prefix': '/evil',
      'X-Forwarded-Proto': 'javascript',
      'X-Original-URL': '/admin/jobs/api/session',
      Forwarded: 'host=evil.example',
    }
    const [plain, withHeaders] = await Promise.all([
      get(options, '/admin/jobs'),
      get(options, '/admin/jobs', { headers: spoofed }),
    ])
    expect(await withHeaders.text()).toBe(await plain.text())
    expect((await get(options, '/', { headers: spoofed })).status).toBe(404)
  })

  test.each(['admin', '/a b', '/"><script>', '/a/../b', '//', 'https://evil.example', 7])(
    'a `basePath` %j is refused',
    (basePath) => {
      expect(() => createDashboard({ client, basePath: basePath as string })).toThrow(
        '`basePath` is not an absolute path',
      )
    },
  )
})

describe('the pages', () => {
  const options = { basePath: '/admin/jobs', authorize: () => admin }

  test('have strict headers and no inline script or style', async () => {
    const response = await get(options, '/admin/jobs')
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': expect.stringMatching(
        /^default-src 'none'; script-src 'self'; style-src 'self';.* require-trusted-types-for 'script'$/,
      ) as string,
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    })
    const html = await response.text()
    expect(html).not.toMatch(/<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=|https?:/)
  })

  test('name their files by hash, so browsers keep them; clients without gzip receive them decompressed', async () => {
    const html = await (await get(options, '/admin/jobs')).text()
    const [, script] = /src="([^"]+-[\w-]{8}\.js)"/.exec(html)!
    const compressed = await get(options, script!, { headers: { 'Accept-Encoding': 'br, gzip' } })
    expect(Object.fromEntries(compressed.headers)).toMatchObject({
      'cache-control': 'private, max-age=31536000, immutable',
      'content-encoding': 'gzip',
      'content-type': 'text/javascript; charset=utf-8',
      vary: 'Accept-Encoding',
    })
    const plain = await get(options, script!)
    expect(plain.headers.get('content-encoding')).toBeNull()
    const decompressed = new Response(compressed.body!.pipeThrough(new DecompressionStream('gzip')))
    expect(await decompressed.text()).toBe(await plain.text())
  })

  test('accept no other method', async () => {
    expect((await get(options, '/admin/jobs', { method: 'POST' })).status).toBe(405)
  })
})
