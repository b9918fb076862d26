import { NonRetriableError, RetryAfterError } from 'inngest'
import { describe, expect, it } from 'vitest'
import { tableBackoffMs } from './backoff.ts'
import { openLoopback } from './open-loopback.ts'

describe('attempts', () => {
  it('come when a date says, and not before', async () => {
    const starts: number[] = []
    const { send, runsWhen } = await openLoopback(({ client, clock }) => [
      client.createFunction({ id: 'flaky', triggers: [{ event: 'a' }] }, ({ attempt }) => {
        starts.push(clock.now())
        if (attempt < 1) throw new RetryAfterError('later', new Date(clock.now() + 3000))
        return attempt
      }),
    ])
    await runsWhen(await send('a'), ([run]) => run?.status === 'COMPLETED')
    expect(starts[1]! - starts[0]!).toBeGreaterThanOrEqual(3000)
  })

  it('wait as the engine likes after a plain error', async () => {
    const asked: number[] = []
    const retryDelayMs = (attempt: number): number => asked.push(attempt) * 1000
    const create: Parameters<typeof openLoopback>[0] = ({ client }) => [
      client.createFunction({ id: 'plain', retries: 2, triggers: [{ event: 'a' }] }, () => {
        throw new Error('no')
      }),
    ]
    const { send, runsWhen, engine } = await openLoopback(create, { retryDelayMs })
    await runsWhen(await send('a'), ([run]) => run?.status === 'FAILED')
    expect(asked).toEqual([0, 1])
    expect(engine.requests.filter(({ direction, method }) => direction === 'out' && method === 'POST')).toHaveLength(3)
  })

  it('wait by default as the vendor’s table says', () => {
    const bounds = [0, 1, 2, 9, 20].map((attempt) => tableBackoffMs(attempt) / 1000)
    const table = [15, 30, 60, 7200, 7200]
    expect(bounds.every((delay, index) => delay >= table[index]! && delay < table[index]! + 30)).toBe(true)
  })

  it('are 21 at most, whatever the function asks for', async () => {
    const { get } = await openLoopback(({ client }) => [
      client.createFunction({ id: 'many', retries: 25 as 20, triggers: [{ event: 'a' }] }, () => 1),
    ])
    expect((await get('/v2/apps/app/functions/many')).body.data.configuration.retries).toEqual({
      isDefault: false,
      value: 20,
    })
  })

  it('count when the app cannot be reached', async () => {
    let calls = 0
    const { engine, send, runsWhen } = await openLoopback(
      ({ client }) => [
        client.createFunction({ id: 'far', retries: 2, triggers: [{ event: 'a' }] }, ({ attempt }) => attempt),
      ],
      { retryDelayMs: () => 100 },
    )
    engine.intercept(() => (++calls < 3 ? { kind: 'reset', when: 'before' } : undefined), 'out')
    const [run] = await runsWhen(await send('a'), ([each]) => each?.status === 'COMPLETED')
    expect(run.output).toEqual({ data: 2 })
  })

  it('fail when something that is no SDK answers, or a server before it', async () => {
    const { engine, send, runsWhen } = await openLoopback(({ client }) => [
      client.createFunction({ id: 'x', retries: 0, triggers: [{ event: 'a' }] }, () => 1),
    ])
    const outputs: unknown[] = []
    for (const status of [200, 502]) {
      const remove = engine.intercept(() => ({ kind: 'answer', status, body: '<html>' }), 'out')
      const [run] = await runsWhen(await send('a'), ([each]) => each?.status === 'FAILED')
      outputs.push(run.output.error)
      remove()
    }
    expect(outputs).toEqual(['<html>', expect.objectContaining({ name: 'Server returned a fatal error' })])
  })

  it('end with an event that runs `onFailure`', async () => {
    // oxlint-disable-next-line typescript/no-explicit-any -- looked into below
    let failure: any
    const { send, runsWhen, until } = await openLoopback(({ client }) => [
      client.createFunction(
        {
          id: 'doomed',
          triggers: [{ event: 'a' }],
          onFailure: ({ event }) => void (failure = event.data),
        },
        () => {
          throw new NonRetriableError('never', { cause: { code: 7 } })
        },
      ),
    ])
    const id = await send('a', { x: 1 })
    const [run] = await runsWhen(id, ([each]) => each?.status === 'FAILED')
    await until('/v2/apps/app/functions/doomed-failure/runs?status=COMPLETED', ({ body }) => body.data?.length === 1)
    expect(failure).toMatchObject({
      error: { error: 'NonRetriableError', name: 'NonRetriableError', message: 'never', cause: { code: 7 } },
      event: { id, name: 'a', data: { x: 1 } },
      function_id: 'app-doomed',
      run_id: run.id,
    })
  })

  it('are cut off by `timeouts`, which end as cancelled while the handler runs on', async () => {
    let ended = false
    const { send, runsWhen, pause } = await openLoopback(({ client, pause: sleep }) => [
      client.createFunction({ id: 'slow', timeouts: { finish: '1s' }, triggers: [{ event: 'a' }] }, async () => {
        await sleep(3000)
        ended = true
      }),
    ])
    const id = await send('a')
    await runsWhen(id, ([run]) => run?.status === 'CANCELLED')
    expect(ended).toBe(false)
    while (!ended) await pause(100)
    expect((await runsWhen(id, () => true))[0].status).toBe('CANCELLED')
  })
})
