import { describe, expect, it } from 'vitest'
import type { Fault } from './index.ts'
import { openLoopback } from './open-loopback.ts'

describe('a fault', () => {
  it('answers in the engine’s place', async () => {
    const { engine, get } = await openLoopback()
    const remove = engine.intercept(({ path }) =>
      path === '/v2/apps' ? { kind: 'answer', status: 503, headers: { 'retry-after': '1' }, body: 'busy' } : undefined,
    )
    const answer = await get('/v2/apps')
    expect([answer.status, answer.headers.get('retry-after'), answer.body]).toEqual([503, '1', 'busy'])
    expect((await get('/v2/health')).status).toBe(200)
    remove()
    expect((await get('/v2/apps')).status).toBe(200)
  })

  it.each<[string, Fault, boolean]>([
    ['before the request is handled', { kind: 'reset', when: 'before' }, false],
    ['after it', { kind: 'reset', when: 'after' }, true],
    ['in the middle of the answer', { kind: 'cut' }, true],
  ])('breaks the connection %s', async (_, fault, handled) => {
    const { engine, request, until, pause, get } = await openLoopback()
    const remove = engine.intercept(({ method }) => (method === 'POST' ? fault : undefined))
    await expect(request('POST', '/e/any', { name: 'a' })).rejects.toThrow(/fetch failed|terminated/)
    remove()
    if (handled) await until('/v1/events', ({ body }) => body.data.length === 1)
    else await pause(500)
    expect((await get('/v1/events?name=a')).body.data).toHaveLength(handled ? 1 : 0)
  })

  it('never answers, until the caller gives up', async () => {
    const { engine } = await openLoopback()
    engine.intercept(() => ({ kind: 'hang' }))
    await expect(fetch(`${engine.url}/v2/apps`, { signal: AbortSignal.timeout(50) })).rejects.toThrow('timeout')
  })

  it('answers late, by the engine’s clock', async () => {
    const { engine, get, clock } = await openLoopback()
    engine.intercept(() => ({ kind: 'delay', delayMs: 3000 }))
    const before = clock.now()
    expect((await get('/v2/health')).status).toBe(200)
    expect(clock.now() - before).toBeGreaterThanOrEqual(3000)
  })
})
