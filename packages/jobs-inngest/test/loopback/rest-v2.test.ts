import { describe, expect, it } from 'vitest'
import { openLoopback } from './open-loopback.ts'

describe('REST v2', () => {
  it('lists runs by state, function and time, in pages and either order', async () => {
    const { request, get, until, clock } = await openLoopback(({ client }) => [
      client.createFunction({ id: 'x', triggers: [{ event: 'a' }] }, () => 1),
      client.createFunction({ id: 'y', triggers: [{ event: 'a' }] }, ({ step }) => step.sleep('z', '1h')),
    ])
    const before = new Date(clock.now()).toISOString()
    await request('POST', '/e/any', [{ name: 'a' }, { name: 'a' }, { name: 'a' }])
    await until('/v2/runs?status=COMPLETED', ({ body }) => body.data?.length === 3)
    await until('/v2/runs?status=RUNNING', ({ body }) => body.data?.length === 3)

    const list = async (query: string): Promise<{ ids: string[]; page: { cursor?: string; limit: number } }> => {
      const { body } = await get(`/v2/runs?${query}`)
      return { ids: (body.data ?? []).map(({ id }: { id: string }) => id), page: body.page }
    }
    const all = (await list('')).ids
    expect(new Set(all).size).toBe(6)
    expect((await list('status=RUNNING&status=completed')).ids).toEqual(all)
    expect((await list(`from=${before}`)).ids).toEqual(all)
    expect((await list(`until=${before}`)).ids).toEqual([])
    expect((await list('appId=app&functionId=x')).ids).toHaveLength(3)
    expect((await get('/v2/apps/app/functions/y/runs?status=RUNNING')).body.data).toHaveLength(3)

    for (const order of ['asc', 'desc']) {
      const seen: string[] = []
      for (let cursor: string | undefined = ''; cursor !== undefined;) {
        const { ids, page } = await list(`order=${order}&limit=4&cursor=${encodeURIComponent(cursor)}`)
        seen.push(...ids)
        cursor = page.cursor
      }
      expect(seen.toSorted()).toEqual(all.toSorted())
    }
  })

  it.each([
    ['/v2/runs?limit=101', 'invalid_field_format', 'Limit cannot exceed 100'],
    ['/v2/runs?limit=-1', 'invalid_field_format', 'Limit must be at least 1'],
    ['/v2/runs?limit=abc', 'api_error', expect.stringContaining('parsing field "limit"')],
    ['/v2/runs?from=yesterday', 'api_error', expect.stringContaining('parsing field "from"')],
    ['/v2/runs?includeOutput=x', 'api_error', expect.stringContaining('include_output')],
    ['/v2/runs?status=DONE', 'invalid_field_format', 'Status is invalid'],
    ['/v2/runs?status=QUEUED,RUNNING', 'invalid_field_format', 'Status is invalid'],
    ['/v2/runs?timeField=x', 'invalid_field_format', 'timeField is invalid'],
    ['/v2/runs?order=x', 'invalid_field_format', 'order is invalid'],
    ['/v2/runs?functionId=x', 'invalid_field_format', 'appId is required when filtering by functionId'],
    [
      '/v2/runs?from=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z',
      'invalid_field_format',
      'from must be before until',
    ],
    ['/v2/events/01M89NKYKGFF7HX03T9STQ8AAA/runs?limit=41', 'invalid_field_format', 'Limit cannot exceed 40'],
    ['/v2/apps?limit=101', 'invalid_field_format', 'Limit cannot exceed 100'],
    ['/v2/apps?cursor=xx', 'invalid_field_format', 'Cursor is invalid'],
  ])('refuses %s', async (path, code, message) => {
    const { get } = await openLoopback()
    expect(await get(path)).toMatchObject({ status: 400, body: { errors: [{ code, message }] } })
  })

  it('pages through the functions of an app', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e']
    const { get } = await openLoopback(({ client }) =>
      ids.map((id) => client.createFunction({ id, triggers: [{ event: id }] }, () => 1)),
    )
    const seen: string[] = []
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const { body } = await get(`/v2/apps/app/functions?limit=2&cursor=${cursor}`)
      seen.push(...body.data.map((fn: { triggers: { value: string }[] }) => fn.triggers[0]!.value))
      cursor = body.page.cursor
    }
    expect(seen.toSorted()).toEqual(ids)
  })

  it('is served under /api/v2 too', async () => {
    const { get } = await openLoopback()
    expect((await get('/api/v2/health')).body.data).toEqual({ status: 'ok' })
    expect((await get('/api/v2/apps')).body.data).toHaveLength(1)
    expect(await get('/api/v2/nothing')).toMatchObject({ status: 404, body: { errors: [{ code: 'api_error' }] } })
  })

  it('shows a run about 100 ms after its event was sent', async () => {
    const { send, get, runsWhen, clock } = await openLoopback(({ client }) => [
      client.createFunction({ id: 'x', triggers: [{ event: 'a' }] }, () => 1),
    ])
    const sentAt = clock.now()
    const id = await send('a')
    expect((await get(`/v2/events/${id}/runs`)).body.data).toBeUndefined()
    const [run] = await runsWhen(id, (runs) => runs.length === 1)
    expect(Date.parse(run.queuedAt) - sentAt).toBeGreaterThanOrEqual(100)
  })
})
