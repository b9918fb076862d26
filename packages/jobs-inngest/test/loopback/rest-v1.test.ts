import { describe, expect, it } from 'vitest'
import { openLoopback } from './open-loopback.ts'

describe('REST v1', () => {
  it.each([
    ['the runs of an event', 15, (event: string) => `/v1/events/${event}/runs`],
    ['an event', 5, (event: string) => `/v1/events/${event}`],
  ])('keeps an answer about %s for %d s by its URL, unless another query is put to it', async (_, seconds, pathOf) => {
    const { send, get, until, clock } = await openLoopback(({ client }) => [
      client.createFunction({ id: 'x', triggers: [{ event: 'a' }] }, () => 1),
    ])
    const event = await send('a')
    await until(`/v1/events?name=a`, ({ body }) => body.data.length === 1)
    const path = pathOf(event)
    const first = await get(path)
    const keptUntil = clock.now() + seconds * 1000 - 500
    expect(first.headers.get('cache-control')).toBe(`private, max-age=${seconds}`)
    expect((await get(path)).body).toEqual(first.body)
    expect((await get(`${path}?r=1`)).body.metadata).not.toEqual(first.body.metadata)
    await until(path, ({ body }) => body.metadata.fetched_at !== first.body.metadata.fetched_at)
    expect(clock.now()).toBeGreaterThan(keptUntil)
  })

  it('keeps an answer about a run for 3 s, so that an early one hides what came after', async () => {
    const { send, get, runsWhen, until } = await openLoopback(({ client, pause }) => [
      client.createFunction({ id: 'x', triggers: [{ event: 'a' }] }, () => pause(500)),
    ])
    const event = await send('a')
    const [{ id }] = await runsWhen(event, ([run]) => run?.status === 'RUNNING')
    const path = `/v1/runs/${id}`
    expect((await get(path)).body.data.status).toBe('Running')
    await runsWhen(event, ([run]) => run.status === 'COMPLETED')
    expect((await get(path)).body.data.status).toBe('Running')
    const { body } = await until(path, (answer) => answer.body.data.status !== 'Running')
    expect([body.data.status, body.data.output]).toEqual(['Completed', '']) // successes have no output here
  })

  it('answers errors of GET with HTTP 200 and the code in the body, those of DELETE with their own', async () => {
    const { get, request } = await openLoopback()
    const id = '01M89NKYKGFF7HX03T9STQ8AAA'
    expect(await get(`/v1/runs/${id}`)).toMatchObject({ status: 200, body: { status: 500 } })
    expect(await get(`/v1/events/${id}`)).toMatchObject({ status: 200, body: { status: 404 } })
    expect(await request('DELETE', `/v1/runs/${id}`)).toMatchObject({ status: 404, body: { status: 404 } })
    expect(await request('POST', '/v1/events')).toMatchObject({ status: 405 })
  })

  it('lists events newest first, in pages, by name and time, and none of the engine’s own', async () => {
    const { send, get, until, clock, runsWhen } = await openLoopback(({ client }) => [
      client.createFunction({ id: 'x', triggers: [{ event: 'b' }] }, () => 1),
    ])
    const ids: string[] = []
    for (const name of ['a', 'b', 'a', 'a']) ids.push(await send(name))
    await runsWhen(ids[1]!, ([run]) => run?.status === 'COMPLETED')
    await until('/v1/events', ({ body }) => body.data.length === 4)
    const list = async (query: string): Promise<string[]> =>
      (await get(`/v1/events?${query}`)).body.data.map((event: { internal_id: string }) => event.internal_id)
    const newest = ids.toSorted().toReversed()
    expect(await list('')).toEqual(newest)
    expect(await list('limit=2')).toEqual(newest.slice(0, 2))
    expect(await list(`limit=2&cursor=${newest[1]}`)).toEqual(newest.slice(2))
    expect(await list('name=b')).toEqual([ids[1]])
    expect(await list('name=inngest/function.finished')).toEqual([])
    expect(await list(`received_after=${new Date(clock.now() + 1000).toISOString()}`)).toEqual([])
  })
})
