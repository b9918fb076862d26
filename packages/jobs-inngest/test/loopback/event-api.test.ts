import { describe, expect, it } from 'vitest'
import { openLoopback } from './open-loopback.ts'

const seed = { 'x-inngest-event-id-seed': `1700000000000,${Buffer.alloc(10, 7).toString('base64')}` }

describe('the event API', () => {
  it('gives the ids that a seed fixes, in the order of the events', async () => {
    const { request } = await openLoopback()
    const events = [{ name: 'a' }, { name: 'b' }]
    const { body } = await request('POST', '/e/any', events, seed)
    expect(body).toEqual({ ids: ['01HF7YAT000W3GE1R70W3GE1R8', '01HF7YAT000W3GE1R70W3GE1R9'], status: 200 })
  })

  it('lets one key in alone where there is one', async () => {
    const { request } = await openLoopback(undefined, { eventKey: 'right' })
    const { status, body } = await request('POST', '/e/wrong', { name: 'a' })
    expect([status, body.error]).toEqual([401, 'Event key not found'])
    expect(await request('POST', '/e/right', { name: 'a' })).toMatchObject({ status: 200 })
  })

  it('takes what comes before a bad event', async () => {
    const { request, until } = await openLoopback()
    const { status, body } = await request('POST', '/e/any', [{ name: 'first' }, { data: {} }, { name: 'third' }])
    expect([status, body.ids.length, body.error]).toEqual([400, 1, 'event name is empty'])
    await until('/v1/events?name=first', (answer) => answer.body.data.length === 1)
    expect((await until('/v1/events', (answer) => answer.body.data.length > 0)).body.data).toHaveLength(1)
  })

  it('refuses an event that is too large, and no other of the batch before it', async () => {
    const { request } = await openLoopback(undefined, { maxEventBytes: 100 })
    const large = { name: 'a', data: { text: 'x'.repeat(100) } }
    const { status, body } = await request('POST', '/e/any', [{ name: 'small' }, large])
    expect([status, body.ids.length]).toEqual([400, 1])
    expect(body.error).toMatch(/^Event is over the max size: Max 100 bytes \/ Size \d+ bytes$/)
  })

  it.each([
    { name: 'a', data: 'text' },
    { name: 'a', data: [1] },
    { name: 'a', ts: 'tomorrow' },
    { name: 'a', ts: new Date() },
    { name: 'a', ts: 1.5 },
    { name: 'a', ts: 5 },
    { name: 'inngest/x' },
    { name: 1 },
    [1],
  ])('refuses %j', async (event) => {
    const { request } = await openLoopback()
    expect(await request('POST', '/e/any', event)).toMatchObject({ status: 400, body: { ids: [''], status: 400 } })
  })

  it('shows an event about 200 ms after it was sent', async () => {
    const { send, get, clock, until } = await openLoopback()
    const sentAt = clock.now()
    const id = await send('a', { x: 1 })
    expect((await get(`/v1/events/${id}?early`)).body).toMatchObject({ error: 'Event not found', status: 404 })
    await until(`/v1/events?name=a`, ({ body }) => body.data.length === 1)
    expect(clock.now() - sentAt).toBeGreaterThanOrEqual(200)
  })

  it('makes one run of an id that comes again within a day, whoever chose it, and keeps both payloads', async () => {
    let runs = 0
    const { request, send, get, runsWhen, pause, until } = await openLoopback(({ client }) => [
      client.createFunction({ id: 'count', triggers: [{ event: 'a' }] }, () => (runs += 1)),
    ])
    const [id] = (await request('POST', '/e/any', { name: 'a', data: { n: 1 } }, seed)).body.ids
    await request('POST', '/e/any', { name: 'a', data: { n: 2 } }, seed)
    const own = await send('a', {}, { id: 'own-id' })
    const again = await send('a', {}, { id: 'own-id' })
    await runsWhen(id, ([run]) => run?.status === 'COMPLETED')
    await runsWhen(own, ([run]) => run?.status === 'COMPLETED')
    await pause(1000)
    expect([runs, (await get(`/v2/events/${again}/runs`)).body.data]).toEqual([2, undefined])

    await until('/v1/events?name=a', ({ body }) => body.data.length === 4)
    const seen = await Promise.all([1, 2].map(async (read) => (await get(`/v1/events/${id}?${read}`)).body.data.data.n))
    expect(new Set(seen)).toEqual(new Set([1, 2]))
  })

  it('starts a run not before the time of its event, and shows it at once', async () => {
    const started: number[] = []
    const { send, runsWhen, clock } = await openLoopback(({ client, clock: time }) => [
      client.createFunction({ id: 'later', triggers: [{ event: 'a' }] }, () => void started.push(time.now())),
    ])
    const ts = clock.now() + 5000
    const id = await send('a', {}, { ts })
    await runsWhen(id, ([run]) => run?.status === 'QUEUED')
    await runsWhen(id, ([run]) => run.status === 'COMPLETED')
    expect(started[0]).toBeGreaterThanOrEqual(ts)
    expect(started).toHaveLength(1)
  })
})
