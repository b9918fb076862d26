import type { JobState, JobStatus } from '@cgk-platform/jobs-core'
import { InvalidOptionError } from '@cgk-platform/jobs-core/errors'
import type { ListQuery } from '@cgk-platform/jobs-core/provider'
import { describe, expect, test } from 'vitest'

import { type OpenApi, openApi, requestFailure } from '../../test/kit/open-api.ts'
import { openReader } from '../../test/kit/open-reader.ts'
import type { EngineEvent } from '../api/engine-shapes.ts'
import type { JobReader } from './job-reader.ts'
import { listJobs } from './list-jobs.ts'

const pad = (number: number) => String(number).padStart(4, '0')
/** Returns an event. A higher number is newer. */
const idOf = (number: number) => `01JQDAE4RQF8MBCR55T5AK${pad(number)}`
const event = (number: number, more: Partial<EngineEvent> = {}): EngineEvent => ({
  internal_id: idOf(number),
  name: 'order.created',
  data: { tenantId: 'acme', _job: { v: 1, tenantId: 'acme', sentAt: 1000 } },
  ...more,
})
const eventOf = (tenantId: string, number: number) => event(number, { data: { tenantId } })
/** Sorted newest first. */
const events = (count: number, make = (number: number) => event(number)) =>
  Array.from({ length: count }, (_, index) => make(count - index))

interface Setting {
  readonly stored: readonly EngineEvent[]
  readonly stateOf?: (id: string) => JobState
}

/** Opens a server with these events, newest first, which returns at most fifty at once. */
function open({ stored, stateOf = () => 'completed' }: Setting) {
  const server = openApi(({ url }) => {
    if (url.pathname === '/v2/runs') return { body: {} }
    const [cursor, name] = [url.searchParams.get('cursor'), url.searchParams.get('name')]
    const limit = Math.min(50, Number(url.searchParams.get('limit')))
    const left = stored.filter(
      (one) => (cursor === null || one.internal_id < cursor) && (name === null || one.name === name),
    )
    return { body: { data: left.slice(0, limit) } }
  })
  const opened = openNone(server)
  const requests = server.requests
  const read: string[] = []
  const reader = {
    runs: async () => [],
    async ofEvent({ internal_id: id, name }: EngineEvent): Promise<JobStatus> {
      read.push(id)
      return { id, event: name, tenantId: 'acme', state: stateOf(id), createdAt: new Date(0), runs: [] }
    },
  } as Partial<JobReader> as JobReader
  const list = async (query: Partial<ListQuery> = {}) => {
    const { jobs, cursor } = await listJobs({ limit: 10, ...query }, { ...opened, reader })
    return { ids: jobs.map(({ id }) => id), cursor }
  }
  return { list, requests, read }
}

/** Opens a reader of a server on which no function handles an event. */
function openNone(server: OpenApi) {
  return openReader(server, { of: async () => [] })
}

/** Reads all jobs, page by page. */
async function listAll(list: ReturnType<typeof open>['list'], query: Partial<ListQuery>) {
  const pages: string[][] = []
  for (let cursor: string | undefined; pages.length < 100;) {
    const page = await list({ ...query, ...(cursor !== undefined && { cursor }) })
    pages.push(page.ids)
    if (page.cursor === undefined) return pages
    cursor = page.cursor
  }
  throw new Error('The list does not end.')
}

const idsFrom = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, index) => idOf(from - index))

describe('a list of jobs', () => {
  test('uses the tenant in the payload, even if a forged record has another', async () => {
    const data = { tenantId: 'acme', _job: { v: 1, tenantId: 'globex', sentAt: 1000 } }
    const { list } = open({ stored: [event(1, { data })] })
    expect((await list({ tenantId: 'acme' })).ids).toEqual([idOf(1)])
    expect((await list({ tenantId: 'globex' })).ids).toEqual([])
  })

  test('is empty if there are no jobs, or the engine returns no data', async () => {
    expect(await open({ stored: [] }).list()).toEqual({ ids: [], cursor: undefined })
    const notFound = { status: 404, body: { error: 'no events' } }
    for (const reply of [{ body: { data: null } }, { body: {} }, notFound]) {
      expect(await listJobs({ limit: 10 }, openNone(openApi(() => reply)))).toEqual({ jobs: [] })
    }
  })

  test("omits Inngest's own events and events without a tenant", async () => {
    const own = event(4, { name: 'inngest/function.finished' })
    const stored = [own, event(3, { data: {} }), event(2, { data: 'text' }), event(1)]
    const { list, read } = open({ stored })
    expect((await list()).ids).toEqual([idOf(1)])
    expect(read).toEqual([idOf(1)])
  })

  test('contains each job once, even if its event was sent twice', async () => {
    const { list, read } = open({ stored: [event(2), event(2), event(1), event(2)] })
    expect((await list()).ids).toEqual([idOf(2), idOf(1)])
    expect(read).toEqual([idOf(2), idOf(1)])
  })
})

test("a list by reference contains and reads only one tenant's jobs with this reference", async () => {
  const referring = (number: number, tenantId: string, references: unknown) =>
    event(number, { data: { tenantId, _job: { v: 1, tenantId, sentAt: 1000, references } } })
  const stored = [
    referring(5, 'acme', ['b', 'a']),
    referring(4, 'globex', ['a']),
    referring(3, 'acme', ['b']),
    referring(2, 'acme', 'a'),
    event(1),
  ]
  const { list, read } = open({ stored })
  expect((await list({ reference: 'a' })).ids).toEqual([idOf(5), idOf(4)])
  expect((await list({ reference: 'a', tenantId: 'acme' })).ids).toEqual([idOf(5)])
  expect(read).toEqual([idOf(5), idOf(4), idOf(5)])
})

describe("a list of one tenant's jobs", () => {
  test('returns a cursor after a thousand events of other tenants', async () => {
    const stored = events(1050, (number) => eventOf(number === 1 ? 'acme' : 'globex', number))
    const { list, requests } = open({ stored })
    const page = await list({ tenantId: 'acme' })
    expect(page).toEqual({ ids: [], cursor: idOf(51) })
    expect(requests).toHaveLength(20)
    expect(await list({ tenantId: 'acme', cursor: page.cursor! })).toEqual({ ids: [idOf(1)], cursor: undefined })
  })
})

test('fails if the list cannot be read', async () => {
  const opened = openNone(openApi(() => ({ status: 400, body: { error: 'no good' } })))
  const { message } = await requestFailure(opened.clock, listJobs({ limit: 10 }, opened))
  expect(message).toContain('Failed to list the jobs on `inngest`: the server responded with 400 (no good).')
})

describe('pages', () => {
  test('continue after the last job of the previous page, without gaps and duplicates', async () => {
    for (const count of [0, 1, 9, 10, 11, 49, 50, 51, 100, 123]) {
      const { list } = open({ stored: events(count) })
      const pages = await listAll(list, { limit: 10 })
      expect(pages.flat()).toEqual(idsFrom(count, 1))
      expect(pages.every(({ length }) => length <= 10)).toBe(true)
    }
  })

  test('require a cursor of a previous page', async () => {
    const { list, requests } = open({ stored: events(3) })
    await expect(list({ cursor: 'next' })).rejects.toSatisfy(InvalidOptionError.isInstance)
    await expect(list({ cursor: '' })).rejects.toThrow(/^`cursor` was not returned by `listJobs`\./)
    expect(requests).toHaveLength(0)
  })
})
