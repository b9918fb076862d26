import { describe, expect, test } from 'vitest'

import type { ChangedJson, ErrorJson, SentJson } from '../src/api-types.ts'
import { failOrders } from './kit/fail-orders.ts'
import { everything, openDashboard } from './kit/open-dashboard.ts'

const root = { user: 'root', can: everything }
const failing = { tenantId: 'acme', orderId: '1', fails: true }

async function changed(response: Response): Promise<ChangedJson> {
  expect(response.status).toBe(200)
  return (await response.json()) as ChangedJson
}

describe('retry and cancel by id', () => {
  test('retry starts new runs of failed jobs and skips the others', async () => {
    const opened = openDashboard()
    const [first, second] = await failOrders(opened, 2)
    const browser = opened.as(root)
    expect(await changed(await browser.post('retry', { ids: [first, second] }))).toEqual({
      matched: 2,
      changed: 2,
      skipped: 0,
      failures: 0,
      failed: [],
      isComplete: true,
    })
    expect((await opened.engine.client.getJobStatus(first!)).runs).toHaveLength(3)
    const again = await changed(await browser.post('retry', { ids: [first] }))
    expect(again).toMatchObject({ changed: 0, skipped: 1 })
  })

  test('two people who retry one job start one run', async () => {
    const opened = openDashboard()
    const [id] = await failOrders(opened, 1)
    const answers = await Promise.all(
      ['ada', 'bob'].map((user) => opened.as({ ...root, user }).post('retry', { ids: [id] })),
    )
    for (const answer of answers) expect((await changed(answer)).failures).toBe(0)
    expect((await opened.engine.client.getJobStatus(id!)).runs).toHaveLength(3)
  })

  test('cancel ends a waiting job; one that has ended stays as it is', async () => {
    const opened = openDashboard()
    const [ended] = await failOrders(opened, 1)
    const waiting = await opened.engine.client.sendJob('shop.ordered', { ...failing, orderId: '2' }, { delay: '1h' })
    const answer = await changed(await opened.as(root).post('cancel', { ids: [ended, waiting.id] }))
    expect(answer).toMatchObject({ matched: 2, changed: 1, skipped: 1 })
    expect((await opened.engine.client.getJobStatus(waiting.id)).state).toBe('cancelled')
    expect((await opened.engine.client.getJobStatus(ended!)).state).toBe('failed')
  })

  test('an unknown id is a failure, and the others are changed', async () => {
    const opened = openDashboard()
    const [id] = await failOrders(opened, 1)
    expect(await changed(await opened.as(root).post('retry', { ids: ['unknown', id] }))).toMatchObject({
      changed: 1,
      failures: 1,
      failed: [{ jobId: 'unknown', message: 'No job has this id. The engine may have removed it.' }],
    })
  })

  test.each([
    {},
    { ids: [] },
    { ids: 'a' },
    { ids: [1] },
    { ids: [''] },
    { ids: Array(101).fill('a') },
    { ids: ['a'], all: true },
    [],
    null,
    'a',
  ])('the body %j is refused', async (body) => {
    const opened = openDashboard()
    expect((await opened.as(root).post('retry', body)).status).toBe(400)
  })
})

describe('retry and cancel by filter', () => {
  test('a dry run counts, then the change does it', async () => {
    const opened = openDashboard()
    const ids = await failOrders(opened, 3)
    const browser = opened.as(root)
    const filter = { definition: 'confirm-order', state: ['failed'], since: '2026-01-01T00:00:00Z' }
    expect(await changed(await browser.post('retry-matching', { filter, dryRun: true }))).toMatchObject({
      matched: 3,
      changed: 0,
    })
    for (const id of ids) expect((await opened.engine.client.getJobStatus(id)).state).toBe('failed')
    expect(await changed(await browser.post('retry-matching', { filter }))).toMatchObject({
      matched: 3,
      changed: 3,
      isComplete: true,
    })
    const open = { filter: { event: 'shop.ordered' } }
    expect(await changed(await browser.post('cancel-matching', open))).toMatchObject({ changed: 3 })
  })

  test.each([
    ['no filter', {}],
    ['an empty filter, which would match every job', { filter: {} }],
    ['a misspelled condition, which would be ignored', { filter: { definiton: 'a' } }],
    ['a `dryRun` that is not a boolean, which would change the jobs', { filter: { event: 'a' }, dryRun: 'true' }],
    ['an invalid date', { filter: { since: 'yesterday' } }],
    ['a date that is a number', { filter: { since: 0 } }],
    ['a state that is not a list', { filter: { state: 'failed' } }],
    ['an object as a condition', { filter: { event: { $ne: null } } }],
    ['a filter of 10,000 characters', { filter: { error: 'x'.repeat(10_000) } }],
  ])('%s is refused', async (_what, body) => {
    const opened = openDashboard()
    const ids = await failOrders(opened, 1)
    for (const action of ['retry-matching', 'cancel-matching']) {
      expect((await opened.as(root).post(action, body)).status).toBe(400)
    }
    expect((await opened.engine.client.getJobStatus(ids[0]!)).runs).toHaveLength(2)
  })

  test('stops when the browser has gone', async () => {
    const opened = openDashboard()
    const ids = await failOrders(opened, 3)
    const gone = AbortSignal.abort()
    const request = new Request('https://shop.example/admin/api/retry-matching', {
      method: 'POST',
      headers: {
        Cookie: JSON.stringify({ ...root, tenants: 'all' }),
        'Content-Type': 'application/json',
        'X-Jobs-Dashboard': '1',
      },
      body: JSON.stringify({ filter: { event: 'shop.ordered' } }),
    })
    // The signal of a request whose body has been read.
    const answer = await opened.dashboard(
      new Proxy(request, { get: (target, key) => (key === 'signal' ? gone : valueOf(target, key)) }),
    )
    expect(await changed(answer)).toMatchObject({ changed: 0, isComplete: false })
    for (const id of ids) expect((await opened.engine.client.getJobStatus(id)).state).toBe('failed')
  })
})

describe('send', () => {
  const payload = { tenantId: 'acme', orderId: '1' }

  test('sends an event with its options', async () => {
    const opened = openDashboard()
    const options = { delay: '1h', reference: ['order_1'], maxAttempts: 2, idempotencyKey: 'k' }
    const response = await opened.as(root).post('send', { event: 'shop.ordered', payload, options })
    const { jobs } = (await response.json()) as SentJson
    expect(jobs).toMatchObject([{ tenantId: 'acme', deduplicated: false }])
    expect(await opened.engine.client.inspect.getJob(jobs[0]!.id)).toMatchObject({
      state: 'scheduled',
      references: ['order_1'],
      payload,
    })
    const again = await opened.as(root).post('send', { event: 'shop.ordered', payload, options })
    expect(((await again.json()) as SentJson).jobs).toMatchObject([{ id: jobs[0]!.id, deduplicated: true }])
  })

  test('runs a job again with another payload, as a new job that names it', async () => {
    const opened = openDashboard()
    const [failed] = await failOrders(opened, 1)
    const body = { event: 'shop.ordered', payload: { orderId: 'edited' }, options: { rerunOf: failed } }
    const response = await opened.as({ ...root, tenants: ['acme'] }).post('send', body)
    const { jobs } = (await response.json()) as SentJson
    expect(opened.audited).toMatchObject([{ action: 'send', target: { event: 'shop.ordered', rerunOf: failed } }])
    const answer = await opened.as(root).get(`job?id=${jobs[0]!.id}`)
    expect(await answer.json()).toMatchObject({ rerunOf: failed, payload: { json: { orderId: 'edited' } } })
    expect((await opened.engine.client.getJobStatus(failed!)).state).toBe('failed')
  })

  test('takes the tenant from the request', async () => {
    const opened = openDashboard()
    const body = { event: 'shop.ordered', payload: { orderId: '1' } }
    expect((await opened.as({ ...root, tenants: ['globex'] }).post('send', body)).status).toBe(200)
    expect((await opened.as(root).post('send?tenant=initech', body)).status).toBe(200)
    expect(opened.engine.sent.map(({ tenantId }) => tenantId)).toEqual(['globex', 'initech'])
  })

  test('names the fields that do not match the schema', async () => {
    const opened = openDashboard()
    const body = { event: 'shop.ordered', payload: { tenantId: 'acme', card: { number: 7 } } }
    const response = await opened.as(root).post('send', body)
    expect(response.status).toBe(422)
    const { error } = (await response.json()) as ErrorJson
    expect(error).toMatchObject({ code: 'payload_invalid' })
    expect(error.issues?.map(({ path }) => path)).toEqual(['payload.orderId', 'payload.card.number'])
  })

  test.each([
    ['no tenant', { event: 'shop.ordered', payload: { orderId: '1' } }, 400],
    ['an unknown event', { event: 'shop.orderd', payload }, 400],
    ['no event', { payload }, 400],
    ['a tick of a cron job', { event: 'cron/nightly', payload }, 400],
    ['a payload that is a list', { event: 'shop.ordered', payload: [payload] }, 400],
    ['a payload of the platform', { event: 'shop.ordered', payload: { tenantId: 'system', orderId: '1' } }, 400],
    ['an option that only code may set', { event: 'shop.ordered', payload, options: { providerOptions: {} } }, 400],
    ['an invalid time', { event: 'shop.ordered', payload, options: { runAt: 'soon' } }, 400],
    ['an invalid `rerunOf`', { event: 'shop.ordered', payload, options: { rerunOf: 7 } }, 400],
    ['an invalid delay', { event: 'shop.ordered', payload, options: { delay: 'soon' } }, 400],
    [
      'a payload that is larger than the client allows',
      { event: 'shop.ordered', payload: { ...payload, note: 'x'.repeat(200_000) } },
      413,
    ],
  ])('%s is refused', async (_what, body, status) => {
    const opened = openDashboard()
    expect((await opened.as(root).post('send', body)).status).toBe(status)
    expect(opened.engine.sent).toEqual([])
  })
})

test('pause and resume hold the runs of a definition or a tenant', async () => {
  const opened = openDashboard()
  const browser = opened.as(root)
  expect((await browser.post('pause', { definition: 'confirm-order' })).status).toBe(200)
  expect((await browser.post('pause', { tenant: 'acme' })).status).toBe(200)
  expect(await opened.engine.client.listPauses()).toMatchObject([
    { definitionId: 'confirm-order' },
    { tenantId: 'acme' },
  ])
  await browser.post('resume', { definition: 'confirm-order' })
  await browser.post('resume', { tenant: 'acme' })
  expect(await opened.engine.client.listPauses()).toEqual([])
  for (const body of [{}, { tenant: 'a', definition: 'b' }, { tenant: 1 }]) {
    expect((await browser.post('pause', body)).status).toBe(400)
  }
})

test('run-cron runs a cron job now, for each of its tenants', async () => {
  const opened = openDashboard()
  const response = await opened.as(root).post('run-cron', { definition: 'nightly' })
  const { jobs } = (await response.json()) as SentJson
  expect(jobs.map(({ tenantId }) => tenantId)).toEqual(['acme', 'globex'])
  expect((await opened.as(root).post('run-cron', { definition: 'weekly' })).status).toBe(404)
})

/** Reads a property of a request, whose methods need their own `this`. */
function valueOf(target: Request, key: string | symbol): unknown {
  const value: unknown = Reflect.get(target, key, target)
  return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value
}
