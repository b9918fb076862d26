import { RetryAfterError } from 'inngest'
import { describe, expect, it } from 'vitest'
import { openLoopback } from './open-loopback.ts'

describe('concurrency', () => {
  it('is limited for each value of a key', async () => {
    const now: Record<string, number> = {}
    const most: Record<string, number> = {}
    const { request, until } = await openLoopback(({ client, pause }) => [
      client.createFunction(
        {
          id: 'keyed',
          triggers: [{ event: 'a' }],
          concurrency: [{ limit: 2, key: 'event.data.tenant' }, { limit: 3 }],
        },
        async ({ event }) => {
          const tenant = String(event.data['tenant'])
          for (const name of [tenant, 'all']) most[name] = Math.max(most[name] ?? 0, (now[name] = (now[name] ?? 0) + 1))
          await pause(600)
          for (const name of [tenant, 'all']) now[name]! -= 1
        },
      ),
    ])
    const events = Array.from({ length: 12 }, (_, index) => ({
      name: 'a',
      data: { tenant: index % 2 === 0 ? 'x' : 'y' },
    }))
    await request('POST', '/e/any', events)
    await until('/v2/runs?status=COMPLETED', ({ body }) => body.data?.length === 12)
    expect(most).toEqual({ x: 2, y: 2, all: 3 })
  })

  it('counts no run that waits for its next attempt or sleeps', async () => {
    const order: string[] = []
    const { send, runsWhen } = await openLoopback(({ client, clock }) => [
      client.createFunction(
        { id: 'one', triggers: [{ event: 'a' }], concurrency: 1 },
        async ({ event, attempt, step }) => {
          order.push(`${event.data['n']}.${attempt}`)
          if (event.data['n'] === 1 && attempt === 0) throw new RetryAfterError('later', new Date(clock.now() + 4000))
          if (event.data['n'] === 2) await step.sleep('nap', '10s')
        },
      ),
    ])
    const first = await send('a', { n: 1 })
    await runsWhen(first, ([run]) => run?.output?.error)
    await send('a', { n: 2 })
    const third = await send('a', { n: 3 })
    await runsWhen(third, ([run]) => run?.status === 'COMPLETED')
    await runsWhen(first, ([run]) => run.status === 'COMPLETED')
    expect(order).toEqual(['1.0', '2.0', '3.0', '1.1'])
  })

  it('counts a cancelled run until its handler came back', async () => {
    const order: string[] = []
    const { send, runsWhen, request } = await openLoopback(({ client, pause }) => [
      client.createFunction({ id: 'one', triggers: [{ event: 'a' }], concurrency: 1 }, async ({ event }) => {
        order.push(`${event.data['n']} starts`)
        await pause(2000)
        order.push(`${event.data['n']} ends`)
      }),
    ])
    const [{ id }] = await runsWhen(await send('a', { n: 1 }), ([run]) => run?.status === 'RUNNING')
    const second = await send('a', { n: 2 })
    await request('POST', `/v2/runs/${id}/cancel`)
    await runsWhen(second, ([run]) => run?.status === 'COMPLETED')
    expect(order).toEqual(['1 starts', '1 ends', '2 starts', '2 ends'])
  })
})
