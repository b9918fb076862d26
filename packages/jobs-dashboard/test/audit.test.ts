import { describe, expect, test } from 'vitest'

import type { ErrorJson } from '../src/api-types.ts'
import { failOrders } from './kit/fail-orders.ts'
import { everything, openDashboard } from './kit/open-dashboard.ts'

const root = { user: 'root', can: everything }

describe('a permission', () => {
  test.each([
    ['retry', 'retry', { ids: ['a'] }],
    ['retry', 'retry-matching', { filter: { event: 'a' } }],
    ['cancel', 'cancel', { ids: ['a'] }],
    ['cancel', 'cancel-matching', { filter: { event: 'a' } }],
    ['signal', 'signal', { id: 'a', signal: 'approval', payload: {} }],
    ['send', 'send', { event: 'shop.ordered', payload: { tenantId: 'acme', orderId: '1' } }],
    ['pause', 'pause', { tenant: 'acme' }],
    ['pause', 'resume', { tenant: 'acme' }],
    ['runCron', 'run-cron', { definition: 'nightly' }],
  ])('%s is required for %s, and its absence is in the audit log', async (permission, action, body) => {
    const opened = openDashboard()
    const response = await opened.as({ can: { ...everything, [permission]: false } }).post(action, body)
    expect([response.status, ((await response.json()) as ErrorJson).error.code]).toEqual([403, 'forbidden'])
    expect(opened.audited).toMatchObject([{ user: 'ada', action, outcome: 'denied', error: 'forbidden' }])
    expect(opened.engine.sent).toEqual([])
  })
})

describe('the audit log', () => {
  test('has a line for each action, with its target and its result', async () => {
    const opened = openDashboard()
    const ids = await failOrders(opened, 2)
    const browser = opened.as({ ...root, tenants: ['acme'] })
    await browser.post('retry', { ids: [ids[0]] })
    await browser.post('cancel-matching', { filter: { definition: 'confirm-order' }, dryRun: true })
    await browser.post('send', { event: 'shop.ordered', payload: { orderId: '9' } })
    await browser.post('send', { event: 'shop.ordered', payload: {} })
    await browser.post('retry?tenant=globex', { ids: [ids[0]] })
    expect(opened.audited).toEqual([
      {
        user: 'root',
        action: 'retry',
        outcome: 'done',
        tenantId: 'acme',
        target: { ids: [ids[0]] },
        result: { matched: 1, changed: 1, skipped: 0, failures: 0, isComplete: true },
      },
      expect.objectContaining({
        target: { filter: { definitionId: 'confirm-order' }, dryRun: true },
        result: expect.objectContaining({ changed: 0, isComplete: true }) as object,
      }),
      expect.objectContaining({
        action: 'send',
        target: { event: 'shop.ordered' },
        result: { jobs: [expect.objectContaining({ tenantId: 'acme' })] },
      }),
      expect.objectContaining({ action: 'send', outcome: 'failed', error: 'payload_invalid' }),
      expect.objectContaining({ action: 'retry', outcome: 'denied', error: 'not_found', tenantId: 'globex' }),
    ])
  })

  test('is a line of the logger by default', async () => {
    const opened = openDashboard({ audit: undefined })
    await opened.as(root).post('pause', { tenant: 'acme' })
    expect(opened.lines).toEqual([expect.stringMatching(/root pause: done.*"tenantId":"acme"/)])
  })

  test('that fails changes no answer', async () => {
    const opened = openDashboard({ audit: () => Promise.reject(new Error('The disk is full')) })
    expect((await opened.as(root).post('pause', { tenant: 'acme' })).status).toBe(200)
    expect(opened.lines).toEqual([expect.stringContaining('`audit` failed.')])
  })

  test('contains no payload', async () => {
    const opened = openDashboard()
    await opened.as(root).post('send', { event: 'shop.ordered', payload: { tenantId: 'acme', orderId: 'secret' } })
    expect(JSON.stringify(opened.audited)).not.toContain('secret')
  })
})
