import type { JobClient } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import type { JobJson, JobPageJson, ValueJson } from '../src/api-types.ts'
import { type Browser, openDashboard, type OpenedDashboard } from './kit/open-dashboard.ts'

const payloads = { can: { payloads: true } }
const order = {
  tenantId: 'acme',
  orderId: '1',
  email: 'ada@example.com',
  card: { number: '4242424242424242' },
  items: [
    { sku: 'a', name: 'A gift' },
    { sku: 'b', name: 'Another gift' },
  ],
}

/** Sends an order, which waits for its shipment, and returns the id of its job. */
async function sendOrder({ engine }: OpenedDashboard, more: object = {}): Promise<string> {
  const { id } = await engine.client.sendJob(
    'shop.ordered',
    { ...order, ...more },
    { idempotencyKey: 'ada@example.com' },
  )
  await engine.settle()
  return id
}

/** Ships the order. The engine in memory then has no payload of it. */
async function ship({ engine }: OpenedDashboard): Promise<void> {
  await engine.client.sendJob('shop.shipped', order)
  await engine.settle()
}

describe('without the permission `payloads`', () => {
  test('a user sees that there are values, and nothing of them', async () => {
    const opened = openDashboard()
    const id = await sendOrder(opened)
    const viewer = opened.as({})
    expect((await viewer.read<JobJson>(`job?id=${id}`)).payload).toEqual({ kind: 'hidden' })
    await ship(opened)
    const job = await viewer.read<JobJson>(`job?id=${id}`)
    expect(job.runs.map(({ output }) => output)).toEqual([{ kind: 'hidden' }, { kind: 'hidden' }])
    const steps = job.runs.flatMap((run) => run.steps ?? [])
    expect(steps.map(({ output }) => output)).toEqual([{ kind: 'hidden' }, { kind: 'hidden' }])
    for (const path of [`job?id=${id}`, 'jobs', 'overview', 'counts?by=event']) {
      expect(await (await viewer.get(path)).text()).not.toMatch(/ada@example|4242|gift/)
    }
  })

  test('a waiting step names the event and not the value that it waits for', async () => {
    const opened = openDashboard()
    const { id } = await opened.engine.client.sendJob('shop.ordered', { ...order, orderId: 'secret' })
    await opened.engine.settle()
    const text = async (browser: Browser): Promise<string> => (await browser.get(`job?id=${id}`)).text()
    expect(await text(opened.as({}))).toContain('"waitsFor":{"event":"shop.shipped"}')
    expect(await text(opened.as({}))).not.toContain('secret')
    expect(await text(opened.as(payloads))).toContain('"match":{"orderId":"secret"}')
  })

  test('a user sees the name and message of an error, and neither its stack nor its causes', async () => {
    const opened = openDashboard()
    const id = await sendOrder(opened, { fails: true })
    const read = async (browser: Browser) => (await browser.read<JobJson>(`job?id=${id}`)).runs[0]!
    const viewed = await read(opened.as({}))
    expect(viewed.error).toEqual({ name: 'Error', message: 'The card was declined' })
    expect(JSON.stringify(viewed)).not.toMatch(/4242|shop\.ts/)
    expect((await read(opened.as(payloads))).error).toMatchObject({
      stack: expect.stringContaining('shop.ts') as string,
      cause: { message: 'card 4242424242424242' },
    })
  })

  test('nothing can be downloaded', async () => {
    const opened = openDashboard()
    const id = await sendOrder(opened)
    expect((await opened.as({}).get(`download?id=${id}&part=payload`)).status).toBe(403)
  })
})

describe('`redact`', () => {
  const redact = ['payload.card.number', 'payload.items.*.name', '**.email']

  test('hides fields of payloads, outputs, steps and received events, at any depth', async () => {
    const opened = openDashboard({ redact })
    const id = await sendOrder(opened)
    const read = () => opened.as(payloads).read<JobJson>(`job?id=${id}`)
    expect((await read()).payload).toMatchObject({
      json: {
        orderId: '1',
        email: '[redacted]',
        card: { number: '[redacted]' },
        items: [
          { sku: 'a', name: '[redacted]' },
          { sku: 'b', name: '[redacted]' },
        ],
      },
    })
    await ship(opened)
    const job = await read()
    expect(job.runs[0]?.output).toMatchObject({ json: { confirmed: '1', email: '[redacted]' } })
    const [reserve, shipment] = job.runs[1]!.steps!
    expect(reserve?.output).toMatchObject({ json: { email: '[redacted]' } })
    expect(shipment?.output).toMatchObject({ json: { payload: { card: { number: '[redacted]' } } } })
  })

  test('hides the same fields of what is downloaded', async () => {
    const opened = openDashboard({ redact: [...redact, 'output.order'] })
    const id = await sendOrder(opened)
    const browser = opened.as(payloads)
    const { runs } = await browser.read<JobJson>(`job?id=${id}`)
    const download = async (part: string): Promise<void> => {
      const response = await browser.get(`download?id=${id}&${part}`)
      expect(response.status).toBe(200)
      expect(await response.text()).not.toMatch(/ada@example|4242|gift/)
    }
    await download('part=payload')
    await ship(opened)
    await download(`part=output&run=${runs[0]!.id}`)
    for (const step of ['reserve', 'shipment']) await download(`part=output&run=${runs[1]!.id}&step=${step}`)
  })

  test.each([
    ['payload.card', { card: { number: 1 } }, { card: '[redacted]' }],
    ['PAYLOAD.Card.NUMBER', { card: { Number: 1 } }, { card: { Number: '[redacted]' } }],
    ['payload.**', { a: 1 }, '[redacted]'],
    ['payload.*', { a: 1, b: { c: 2 } }, { a: '[redacted]', b: '[redacted]' }],
    [
      'payload.**.c',
      { a: { b: [{ c: 1 }, { d: 2 }] }, c: null },
      { a: { b: [{ c: '[redacted]' }, { d: 2 }] }, c: '[redacted]' },
    ],
    ['payload.a.*.b', { a: [{ b: 1 }], b: 2 }, { a: [{ b: '[redacted]' }], b: 2 }],
    ['payload.a.0', { a: [1, 2] }, { a: ['[redacted]', 2] }],
    ['**.secret', { __proto__: null, secret: { deep: true } }, { secret: '[redacted]' }],
    ['output.a', { a: 1 }, { a: 1 }],
    ['payload.constructor', { a: 1 }, { a: 1 }],
  ])('%s hides of %j what it names', async (path, value, shown) => {
    const { createRedact } = await import('../src/api/redact.ts')
    expect(createRedact([path])('payload', value)).toEqual(shown)
  })

  test.each([['payload..number'], [''], [7]])('the path %j is refused', (path) => {
    expect(() => openDashboard({ redact: [path as string] })).toThrow('`redact` is not an array of paths')
  })

  test('hides the value that a step waits for', async () => {
    const opened = openDashboard({ redact: ['payload.orderId', 'output.confirmed', 'output.order'] })
    const { id } = await opened.engine.client.sendJob('shop.ordered', { ...order, orderId: 'secret' })
    await opened.engine.settle()
    expect(await (await opened.as(payloads).get(`job?id=${id}`)).text()).not.toContain('secret')
  })
})

describe('a large payload', () => {
  const note = 'ü'.repeat(8 * 1024 * 1024)

  /** A client whose engine has a job with 16 MiB. */
  const withLargeJob = (client: JobClient): JobClient => ({
    ...client,
    inspect: {
      ...client.inspect,
      getJob: async (id) => ({ ...(await client.inspect.getJob(id)), payload: { note, email: 'ada@example.com' } }),
    },
  })

  test('is truncated in the page, and can be downloaded as a whole', async () => {
    const opened = openDashboard({ redact: ['**.email'] }, withLargeJob)
    const id = await sendOrder(opened)
    const response = await opened.as(payloads).get(`job?id=${id}`)
    const text = await response.text()
    expect(text.length).toBeLessThan(150_000)
    const { payload } = JSON.parse(text) as { payload: Extract<ValueJson, { kind: 'truncated' }> }
    expect(payload).toMatchObject({ kind: 'truncated', text: expect.stringMatching(/^\{"note":"ü/) as string })
    expect(payload.bytes).toBeGreaterThan(16 * 1024 * 1024)
    const file = await opened.as(payloads).get(`download?id=${id}&part=payload`)
    expect(file.headers.get('content-disposition')).toBe(`attachment; filename="${id}-payload.json"`)
    expect(await file.json()).toEqual({ note, email: '[redacted]' })
  })

  test('leaves less for the outputs of many steps', async () => {
    const { showJob } = await import('../src/api/show-job.ts')
    const steps = Array.from({ length: 50 }, (_step, index) => ({
      id: `step-${index}`,
      kind: 'run' as const,
      state: 'completed' as const,
      attempts: 1,
      output: 'x'.repeat(90_000),
    }))
    const run = { id: 'run', definitionId: 'a', state: 'completed' as const, attempts: 1, maxAttempts: 1, steps }
    const job = { id: 'a', event: 'a', tenantId: 'a', state: 'completed' as const, createdAt: new Date(), runs: [run] }
    const shown = JSON.stringify(showJob(job, { redact: (_root, value) => value, payloads: true }))
    expect(shown.length).toBeLessThan(1_100_000)
    expect(shown.match(/"kind":"truncated"/g)?.length).toBeGreaterThan(30)
  })
})

test('HTML, scripts and control characters of a job arrive as JSON, and in no header', async () => {
  const hostile = '</script><script>alert(1)</script>"\r\nSet-Cookie: a=b\u2028\u202e\u0007'
  const opened = openDashboard()
  const job = await opened.engine.client.sendJob(
    'shop.ordered',
    { tenantId: hostile, orderId: hostile, note: hostile },
    { reference: hostile.slice(0, 60) },
  )
  await opened.engine.settle()
  const browser = opened.as(payloads)
  expect(await browser.read<JobJson>(`job?id=${job.id}`)).toMatchObject({
    tenantId: hostile,
    payload: { json: { note: hostile } },
  })
  const page = await browser.read<JobPageJson>(`jobs?tenant=${encodeURIComponent(hostile)}`)
  expect(page.jobs).toHaveLength(1)
  const file = await browser.get(`download?id=${job.id}&part=payload`)
  expect([...file.headers.values()].join()).not.toMatch(/Set-Cookie|<script>/)
})

describe('a search in payloads', () => {
  const search = '?payload=gift'

  test('finds jobs for a user who sees all of them', async () => {
    const opened = openDashboard()
    const id = await sendOrder(opened)
    const viewer = opened.as(payloads)
    const { jobs } = await viewer.read<JobPageJson>(`jobs${search}`)
    expect(jobs.map((job) => job.id)).toEqual([id])
    expect((await viewer.read<JobPageJson>('jobs?payload=acme.42')).jobs).toEqual([])
  })

  test.each([
    ['may not see payloads', false, []],
    ['sees only a part of them', true, ['payload.card']],
  ])('is refused to a user who %s: it would tell what is hidden', async (_who, mayRead, redact) => {
    const opened = openDashboard({ redact })
    await sendOrder(opened)
    const viewer = opened.as({ can: { payloads: mayRead, retry: true, cancel: true } })
    for (const path of [`jobs${search}`, `counts${search}`]) {
      const response = await viewer.get(path)
      expect([response.status, await response.text()]).toEqual([403, expect.stringContaining('search in payloads')])
    }
    for (const action of ['retry-matching', 'cancel-matching'] as const) {
      const response = await viewer.post(action, { filter: { payload: '4242' }, dryRun: true })
      expect(response.status).toBe(403)
    }
  })
})
