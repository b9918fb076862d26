import type { JobClient } from '@cgk-platform/jobs-core'
import { afterEach, expect, test, vi } from 'vitest'

import type { ChangeJson, ErrorJson } from '../src/api-types.ts'
import { openDashboard } from './kit/open-dashboard.ts'
import { readEvents } from './kit/read-events.ts'

afterEach(() => void vi.useRealTimers())

const order = { tenantId: 'acme', orderId: '1' }

test('a stream starts with the newest jobs and reports each change', async () => {
  const { engine, as } = openDashboard()
  await engine.client.sendJob('shop.ordered', order)
  await engine.settle()
  const gone = new AbortController()
  const response = await as({}).get('changes?event=shop.ordered', { signal: gone.signal })
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
  })
  const events = readEvents<ChangeJson>(response)
  expect((await events.next()).value).toMatchObject({
    event: 'change',
    data: { jobs: [{ tenantId: 'acme' }], removed: [] },
  })
  const next = events.next()
  const { id } = await engine.client.sendJob('shop.ordered', { tenantId: 'globex', orderId: '2' })
  await engine.advance('1s')
  expect((await next).value).toMatchObject({ data: { jobs: [{ id, tenantId: 'globex' }] } })
  gone.abort()
  let last = await events.next()
  while (!last.done) last = await events.next()
})

test('a user of one tenant gets changes of it only', async () => {
  const { engine, as } = openDashboard()
  const gone = new AbortController()
  const events = readEvents<ChangeJson>(await as({ tenants: ['acme'] }).get('changes', { signal: gone.signal }))
  expect((await events.next()).value).toEqual({ event: 'change', data: { jobs: [], removed: [] } })
  const next = events.next()
  await engine.client.sendJob('shop.ordered', { tenantId: 'globex', orderId: '2' })
  await engine.advance('1s')
  const { id } = await engine.client.sendJob('shop.ordered', order)
  await engine.advance('1s')
  expect((await next).value).toMatchObject({ data: { jobs: [{ id, tenantId: 'acme' }] } })
  gone.abort()
})

/** A client whose subscriptions a test controls. */
function controlled() {
  const listeners = new Set<(change: unknown) => void>()
  const failures = new Set<(error: unknown) => void>()
  const wrap = (client: JobClient): JobClient => ({
    ...client,
    inspect: {
      ...client.inspect,
      subscribe(_filter, listener, { onError } = {}) {
        listeners.add(listener as never)
        failures.add(onError!)
        return () => {
          listeners.delete(listener as never)
          failures.delete(onError!)
        }
      },
    },
  })
  const emit = (value: unknown): void => listeners.forEach((listener) => listener(value))
  return { listeners, wrap, emit, fail: (error: unknown) => failures.forEach((onError) => onError(error)) }
}

test('a stream ends when the browser has gone, by its signal or by its body', async () => {
  const { listeners, wrap } = controlled()
  const { as } = openDashboard({}, wrap)
  const gone = new AbortController()
  await as({}).get('changes', { signal: gone.signal })
  const second = await as({}).get('changes')
  expect(listeners.size).toBe(2)
  gone.abort()
  expect(listeners.size).toBe(1)
  await second.body!.cancel()
  expect(listeners.size).toBe(0)
  await as({})
    .get('changes', { signal: AbortSignal.abort() })
    .catch(() => undefined)
  expect(listeners.size).toBe(0)
})

test('a stream has a heartbeat, and ends after minutes so that access is checked again', async () => {
  vi.useFakeTimers()
  const { listeners, wrap } = controlled()
  const { as } = openDashboard({}, wrap)
  const response = await as({}).get('changes')
  const text = response.text()
  await vi.advanceTimersByTimeAsync(5 * 60_000)
  expect(await text).toMatch(/^retry: 2000\n\n(: alive\n\n){19,20}$/)
  expect(listeners.size).toBe(0)
  expect(vi.getTimerCount()).toBe(0)
})

test('a browser that does not read holds a bounded number of bytes', async () => {
  const { listeners, wrap, emit } = controlled()
  const { as } = openDashboard({}, wrap)
  await as({}).get('changes')
  let sent = 0
  for (; listeners.size > 0 && sent < 1000; sent++) emit({ jobs: ['x'.repeat(100_000)], removed: [] })
  expect(sent).toBeLessThan(50)
})

test('a user has at most 20 streams at once', async () => {
  const { wrap } = controlled()
  const { as } = openDashboard({}, wrap)
  const streams = []
  for (let index = 0; index < 20; index++) streams.push(await as({}).get('changes'))
  const refused = await as({}).get('changes')
  expect([refused.status, ((await refused.json()) as ErrorJson).error.code]).toEqual([429, 'too_many_streams'])
  expect((await as({ user: 'bob' }).get('changes')).status).toBe(200)
  // Somebody of another tenant with the same name does not notice.
  expect((await as({ tenants: ['globex'] }).get('changes')).status).toBe(200)
  await streams[0]!.body!.cancel()
  expect((await as({}).get('changes')).status).toBe(200)
})

test('an engine that does not answer is a `problem` without its message; the stream continues', async () => {
  const { wrap, emit, fail } = controlled()
  const { as, lines } = openDashboard({}, wrap)
  const events = readEvents<ErrorJson>(await as({}).get('changes'))
  fail(new Error('Cannot read tenant globex at postgres://user:secret@db'))
  emit({ jobs: [], removed: [] })
  const { value } = await events.next()
  expect(value).toMatchObject({ event: 'problem', data: { error: { code: 'internal' } } })
  expect(JSON.stringify(value)).not.toMatch(/globex|secret/)
  expect(lines.join()).toContain((value as { data: ErrorJson }).data.error.logId)
  expect((await events.next()).value).toMatchObject({ event: 'change' })
})

test.each(['changes?limit=0', 'changes?state=lost', 'changes?limit=100000', 'changes?order=newest'])(
  '%s is refused',
  async (path) => {
    expect((await openDashboard().as({}).get(path)).status).toBe(400)
  },
)
