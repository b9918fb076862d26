import type { JobClient } from '@cgk-platform/jobs-core'
import type { JobSummaryPage, TenantInspector } from '@cgk-platform/jobs-core/inspect'
import { expect, test } from 'vitest'

import type { ChangedJson, ErrorJson, JobJson, JobPageJson } from '../src/api-types.ts'
import { type Browser, openDashboard, type OpenedDashboard } from './kit/open-dashboard.ts'

const bob = { user: 'bob', tenants: ['acme', 'initech'] }

/** Sends three orders of each of two tenants. */
async function sendOrders({ engine }: OpenedDashboard): Promise<void> {
  for (const orderId of ['1', '2', '3']) {
    for (const tenantId of ['acme', 'globex']) await engine.client.sendJob('shop.ordered', { tenantId, orderId })
  }
}

async function listPage(browser: Browser, cursor?: string): Promise<JobPageJson> {
  const after = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`
  return browser.read<JobPageJson>(`jobs?tenant=acme&limit=1${after}`)
}

async function statusOf(browser: Browser, path: string): Promise<[number, string | undefined]> {
  const response = await browser.get(path)
  return [response.status, ((await response.json()) as Partial<ErrorJson>).error?.code]
}

test('the cursors of one tenant lead through all pages', async () => {
  const opened = openDashboard()
  await sendOrders(opened)
  const browser = opened.as(bob)
  const seen: string[] = []
  for (let page = await listPage(browser); ; page = await listPage(browser, page.cursor)) {
    seen.push(...page.jobs.map(({ id }) => id))
    if (page.cursor === undefined) break
  }
  expect(new Set(seen).size).toBe(3)
})

test('a cursor hides the position, which can be a job of another tenant', async () => {
  const position = 'position-of-a-job-of-globex'
  const withPosition = <Inspector extends TenantInspector>(inspect: Inspector): Inspector => ({
    ...inspect,
    listJobs: async (): Promise<JobSummaryPage> => ({ jobs: [], cursor: position }),
  })
  const wrap = (client: JobClient): JobClient => ({
    ...client,
    forTenant(tenantId) {
      const tenant = client.forTenant(tenantId)
      return { ...tenant, inspect: withPosition(tenant.inspect) }
    },
  })
  const browser = openDashboard({}, wrap).as(bob)
  const [{ cursor: first }, { cursor: second }] = [await listPage(browser), await listPage(browser)]
  expect(first).toMatch(/^[\w-]+$/)
  expect(atob(first!.replaceAll('-', '+').replaceAll('_', '/'))).not.toContain('globex')
  expect(first).not.toBe(second)
})

test('a cursor with any changed character, or of another tenant, is refused', async () => {
  const opened = openDashboard()
  await sendOrders(opened)
  const browser = opened.as(bob)
  const { cursor } = await listPage(browser)
  for (let index = 0; index < cursor!.length - 1; index++) {
    const other = cursor![index] === 'A' ? 'B' : 'A'
    const tampered = `${cursor!.slice(0, index)}${other}${cursor!.slice(index + 1)}`
    expect(await statusOf(browser, `jobs?tenant=acme&limit=1&cursor=${tampered}`)).toEqual([400, 'invalid_option'])
  }
  expect(await statusOf(browser, `jobs?tenant=initech&limit=1&cursor=${cursor}`)).toEqual([400, 'invalid_option'])
  const plain = (await opened.as({}).read<JobPageJson>('jobs?limit=1')).cursor!
  expect(await statusOf(browser, `jobs?tenant=acme&cursor=${encodeURIComponent(plain)}`)).toEqual([
    400,
    'invalid_option',
  ])
  for (const text of ['', 'x', '%', '\u0000', 'ü']) {
    expect(await statusOf(browser, `jobs?tenant=acme&cursor=${encodeURIComponent(text)}`)).toEqual([
      400,
      'invalid_option',
    ])
  }
})

test('another process opens a cursor only with the same `secret`', async () => {
  const opened = openDashboard({ secret: 'the same in all processes' })
  await sendOrders(opened)
  const { cursor } = await listPage(opened.as(bob))
  const wrap = (): JobClient => opened.engine.client
  const page = await listPage(openDashboard({ secret: 'the same in all processes' }, wrap).as(bob), cursor)
  expect(page.jobs).toHaveLength(1)
  expect(await statusOf(openDashboard({}, wrap).as(bob), `jobs?tenant=acme&cursor=${cursor}`)).toEqual([
    400,
    'invalid_option',
  ])
})

test('only users of all tenants see the workers of attempts', async () => {
  const opened = openDashboard()
  const { id } = await opened.engine.client.sendJob('shop.ordered', { tenantId: 'acme', orderId: '1' })
  await opened.engine.settle()
  const workersOf = async (browser: Browser) => {
    const { runs } = await browser.read<JobJson>(`job?tenant=acme&id=${id}`)
    return runs[0]!.attemptHistory!.map((attempt) => 'worker' in attempt)
  }
  expect(await workersOf(opened.as({}))).toEqual([true])
  expect(await workersOf(opened.as(bob))).toEqual([false])
})

test('a change that was stopped continues at its sealed position', async () => {
  const asked: (string | undefined)[] = []
  const position = 'position-of-a-job-of-globex'
  const wrap = (client: JobClient): JobClient => ({
    ...client,
    forTenant(tenantId) {
      const tenant = client.forTenant(tenantId)
      const retryJobs: TenantInspector['retryJobs'] = async (_jobs, options) => {
        asked.push(options?.cursor)
        const done = { matched: 1, changed: 1, skipped: 0, failed: [], failures: 0 }
        if (options?.cursor !== undefined) return { ...done, isComplete: true }
        return { ...done, isComplete: false, cursor: position, searchedTo: new Date(0) }
      }
      return { ...tenant, inspect: { ...tenant.inspect, retryJobs } }
    },
  })
  const opened = openDashboard({}, wrap)
  const browser = opened.as({ ...bob, can: { retry: true } })
  const filter = { event: 'shop.ordered' }
  const retry = async (cursor?: string): Promise<ChangedJson> =>
    (await (await browser.post('retry-matching?tenant=acme', { filter, cursor })).json()) as ChangedJson
  const first = await retry()
  expect(first).toMatchObject({ isComplete: false, searchedTo: '1970-01-01T00:00:00.000Z' })
  expect(first.cursor).toMatch(/^[\w-]+$/)
  expect(await retry(first.cursor)).toEqual({
    matched: 1,
    changed: 1,
    skipped: 0,
    failed: [],
    failures: 0,
    isComplete: true,
  })
  expect(asked).toEqual([undefined, position])
  expect(JSON.stringify(opened.audited)).not.toContain(first.cursor)
  expect(await retry(position)).toMatchObject({ error: { code: 'invalid_option' } })
})
