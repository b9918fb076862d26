import { NonRetriableError, RetryAfterError } from 'inngest'
import { describe, expect, it } from 'vitest'
import { createDeferred } from '../kit/deferred.ts'
import { openWorker } from './open-worker.ts'

describe('a worker', () => {
  it('registers its app, and runs its functions over the connection', async () => {
    const { get, send, runsWhen, calls } = await openWorker(({ client }) => [
      client.createFunction({ id: 'stepped', triggers: [{ event: 'a' }] }, async ({ event, step }) => ({
        x: await step.run('double', () => (event.data as { x: number }).x * 2),
      })),
    ])
    const [run] = await runsWhen(await send('a', { x: 4 }), ([each]) => each?.endedAt)
    expect([run.status, run.output]).toEqual(['COMPLETED', { x: 8 }])
    expect(calls('stepped')).toBe(1)
    expect((await get('/v2/apps/app')).body.data).toMatchObject({
      method: 'CONNECT',
      functionCount: 1,
      latestSync: { sdkLanguage: 'typescript', sdkVersion: 'v4.24.0', url: 'ws://connect?app_name=app' },
    })
  })

  it('says when a failed attempt shall be made again', async () => {
    const starts: number[] = []
    const { send, runsWhen } = await openWorker(({ client, clock }) => [
      client.createFunction({ id: 'flaky', triggers: [{ event: 'a' }] }, ({ attempt }) => {
        starts.push(clock.now())
        if (attempt < 2) throw new RetryAfterError('later', new Date(clock.now() + 3000))
        return attempt
      }),
    ])
    const [run] = await runsWhen(await send('a'), ([each]) => each?.status === 'COMPLETED')
    expect(run.output).toEqual({ data: 2 })
    expect(starts[1]! - starts[0]!).toBeGreaterThanOrEqual(3000)
  })

  it('says when a failure is final', async () => {
    const { send, runsWhen, calls } = await openWorker(({ client }) => [
      client.createFunction({ id: 'doomed', triggers: [{ event: 'a' }] }, () => {
        throw new NonRetriableError('never', { cause: { code: 7 } })
      }),
    ])
    const [run] = await runsWhen(await send('a'), ([each]) => each?.endedAt)
    expect([run.status, run.output.error]).toMatchObject(['FAILED', { message: 'never', cause: { code: 7 } }])
    expect(calls('doomed')).toBe(1)
  })

  it('is not told of a cancel; what it answers changes nothing', async () => {
    const [began, ended] = [createDeferred(), createDeferred()]
    const { send, runsWhen, request, until } = await openWorker(({ client }) => [
      client.createFunction({ id: 'long', triggers: [{ event: 'a' }] }, async () => {
        began.resolve()
        await ended.promise
        return 'late'
      }),
    ])
    const id = await send('a')
    await began.promise
    const [run] = await runsWhen(id, ([each]) => each?.status === 'RUNNING')
    expect((await request('POST', `/v2/runs/${run.id}/cancel`, {})).status).toBe(200)
    ended.resolve()
    await until(`/v2/runs/${run.id}?includeOutput=true`, ({ body }) => body.data.output?.data === 'late')
    expect((await runsWhen(id, () => true))[0].status).toBe('CANCELLED')
  })

  it('takes no more at once than it says', async () => {
    let most = 0
    let now = 0
    const { send, runsWhen } = await openWorker(
      ({ client, pause }) => [
        client.createFunction({ id: 'slow', triggers: [{ event: 'a' }] }, async () => {
          most = Math.max(most, ++now)
          await pause(500)
          now -= 1
        }),
      ],
      { maxWorkerConcurrency: 2 },
    )
    const ids = await Promise.all([1, 2, 3, 4].map(() => send('a')))
    await Promise.all(ids.map((id) => runsWhen(id, ([run]) => run?.status === 'COMPLETED')))
    expect(most).toBe(2)
  })
})

describe('without a worker', () => {
  it('jobs wait, and that costs no attempt', async () => {
    const { worker, connectWorker, send, pause, runsWhen } = await openWorker(({ client }) => [
      client.createFunction({ id: 'patient', retries: 0, triggers: [{ event: 'a' }] }, ({ attempt }) => attempt),
    ])
    await worker.close()
    const id = await send('a')
    await pause(5000)
    expect((await runsWhen(id, () => true))[0]).toMatchObject({ status: 'QUEUED' })
    await connectWorker()
    const [run] = await runsWhen(id, ([each]) => each?.endedAt)
    expect([run.status, run.output]).toEqual(['COMPLETED', { data: 0 }])
  })
})

describe('a worker that closes', () => {
  it('ends what it does, and is given nothing more', async () => {
    const [began, ended] = [createDeferred(), createDeferred()]
    const { worker, send, runsWhen, calls } = await openWorker(({ client }) => [
      client.createFunction({ id: 'long', triggers: [{ event: 'a' }] }, async () => {
        began.resolve()
        await ended.promise
        return 'done'
      }),
      client.createFunction({ id: 'next', retries: 0, triggers: [{ event: 'b' }] }, () => 1),
    ])
    const long = await send('a')
    await began.promise
    const closing = worker.close()
    // The only worker goes away: the engine waits for another one, but not for long.
    const [next] = await runsWhen(await send('b'), ([each]) => each?.endedAt)
    const name = 'connect_no_healthy_connection'
    const message = 'Could not find a healthy connection'
    expect([next.status, next.output.error]).toEqual(['FAILED', { error: `${name}: ${message}`, name, message }])
    ended.resolve()
    await closing
    const [run] = await runsWhen(long, ([each]) => each?.endedAt)
    expect([run.status, run.output]).toEqual(['COMPLETED', { data: 'done' }])
    expect(calls('next')).toBe(1)
  })

  it('leaves the rest to the others', async () => {
    const { worker, connectWorker, send, runsWhen } = await openWorker(({ client }) => [
      client.createFunction({ id: 'any', retries: 0, triggers: [{ event: 'a' }] }, () => 1),
    ])
    await connectWorker()
    await worker.close()
    const ids = await Promise.all([1, 2, 3].map(() => send('a')))
    await Promise.all(ids.map((id) => runsWhen(id, ([run]) => run?.status === 'COMPLETED')))
  })
})

describe('a connection that', () => {
  it('breaks is made anew, and the reply comes over the new one', async () => {
    const [began, ended] = [createDeferred(), createDeferred()]
    const { engine, send, runsWhen, calls, acknowledged } = await openWorker(({ client }) => [
      client.createFunction({ id: 'long', retries: 0, triggers: [{ event: 'a' }] }, async () => {
        began.resolve()
        await ended.promise
        return 'done'
      }),
      client.createFunction({ id: 'next', retries: 0, triggers: [{ event: 'b' }] }, () => 1),
    ])
    const id = await send('a')
    await began.promise
    await acknowledged()
    engine.workers.cut()
    await runsWhen(await send('b'), ([run]) => run?.status === 'COMPLETED')
    ended.resolve()
    const [run] = await runsWhen(id, ([each]) => each?.endedAt)
    expect([run.status, run.output, calls('long')]).toEqual(['COMPLETED', { data: 'done' }, 1])
  })

  it('is not there when the handler ends: the reply is kept, and comes over HTTP', async () => {
    const [began, ended] = [createDeferred(), createDeferred()]
    const { engine, send, runsWhen, acknowledged } = await openWorker(({ client }) => [
      client.createFunction({ id: 'long', retries: 0, triggers: [{ event: 'a' }] }, async () => {
        began.resolve()
        await ended.promise
        return 'done, in words that are more than a hundred and twenty-eight bytes long, so that it is seen whether bytes stay bytes: äöü'
      }),
    ])
    const id = await send('a')
    await began.promise
    await acknowledged()
    let refused = 0
    engine.intercept(({ path }) => {
      if (path !== '/v0/connect/start' || refused++ > 0) return undefined
      ended.resolve()
      return { kind: 'answer', status: 503 }
    })
    engine.workers.cut()
    const [run] = await runsWhen(id, ([each]) => each?.endedAt)
    expect([run.status, run.output.data]).toEqual(['COMPLETED', expect.stringContaining('bytes: äöü')])
    expect(engine.requests.map(({ path, status }) => `${path} ${status}`)).toContain('/v0/connect/flush 200')
  })

  it('the gateway wants to close is replaced', async () => {
    const [began, ended] = [createDeferred(), createDeferred()]
    const { engine, worker, send, runsWhen, acknowledged } = await openWorker(({ client }) => [
      client.createFunction({ id: 'long', retries: 0, triggers: [{ event: 'a' }] }, async () => {
        began.resolve()
        await ended.promise
        return 'done'
      }),
      client.createFunction({ id: 'next', retries: 0, triggers: [{ event: 'b' }] }, () => 1),
    ])
    const id = await send('a')
    await began.promise
    await acknowledged()
    const before = worker.connectionId
    engine.workers.drain()
    await runsWhen(await send('b'), ([run]) => run?.status === 'COMPLETED')
    expect(worker.connectionId).not.toBe(before)
    ended.resolve()
    const [run] = await runsWhen(id, ([each]) => each?.endedAt)
    expect([run.status, run.output]).toEqual(['COMPLETED', { data: 'done' }])
  })
})

describe('a lease', () => {
  it('is extended as long as the handler runs', async () => {
    const { send, runsWhen, calls } = await openWorker(
      ({ client }) => [
        client.createFunction({ id: 'long', retries: 0, triggers: [{ event: 'a' }] }, async () => {
          await new Promise((resolve) => void setTimeout(resolve, 5000)) // several leases, by the machine's clock
          return 'done'
        }),
      ],
      { connect: { leaseMs: 1500 } },
    )
    const [run] = await runsWhen(await send('a'), ([each]) => each?.endedAt)
    expect([run.status, run.output, calls('long')]).toEqual(['COMPLETED', { data: 'done' }, 1])
  })

  it('runs out where the worker is gone, which counts as an attempt', async () => {
    const { engine, send, runsWhen, acknowledged } = await openWorker(
      ({ client }) => [
        client.createFunction({ id: 'dies', retries: 1, triggers: [{ event: 'a' }] }, async ({ attempt }) => {
          if (attempt > 0) return attempt
          await acknowledged()
          engine.workers.cut()
          return new Promise(() => undefined)
        }),
      ],
      { connect: { leaseMs: 1500 }, retryDelayMs: () => 100 },
    )
    let refused = 0
    engine.intercept(({ path }) =>
      path === '/v0/connect/start' && refused++ === 0 ? { kind: 'answer', status: 503 } : undefined,
    )
    const id = await send('a')
    const [lost] = await runsWhen(id, ([run]) => run?.output?.error)
    expect(lost.output.error.name).toBe('connect_worker_stopped_responding')
    const [run] = await runsWhen(id, ([each]) => each?.endedAt)
    expect([run.status, run.output]).toEqual(['COMPLETED', { data: 1 }])
  })
})
