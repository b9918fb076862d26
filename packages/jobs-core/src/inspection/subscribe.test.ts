import { describe, expect, test } from 'vitest'

import { createFakeInspection, jobSummary } from '../../test/kit/fake-inspection.ts'
import { become, openSubscription } from '../../test/kit/open-subscription.ts'
import { ClientClosedError } from '../errors/client-closed-error.ts'

describe('a subscription on an engine that cannot push', () => {
  test('reports the jobs at once, and every two seconds what has changed', async () => {
    const fake = createFakeInspection([jobSummary('a', 1), jobSummary('b', 2, { state: 'queued' })])
    const { clock, changes } = openSubscription(fake)
    await clock.advance(0)
    expect(changes).toEqual(['b queued, a completed'])
    await clock.advance(6000)
    expect([changes.length, fake.queries.length]).toEqual([1, 4])
    become(fake, 'b', 'running')
    fake.jobs.push(jobSummary('c', 3))
    await clock.advance(2000)
    expect(changes.slice(1)).toEqual(['c completed, b running'])
  })

  test('reports an empty list once', async () => {
    const { clock, changes } = openSubscription(createFakeInspection())
    await clock.advance(10_000)
    expect(changes).toEqual([''])
  })

  test('reports jobs that no longer match or that newer ones have moved out', async () => {
    const fake = createFakeInspection([jobSummary('a', 1), jobSummary('b', 2)])
    const { clock, changes } = openSubscription(fake, { filter: { states: ['completed'] }, options: { limit: 2 } })
    await clock.advance(0)
    become(fake, 'b', 'failed')
    await clock.advance(2000)
    fake.jobs.push(jobSummary('c', 3), jobSummary('d', 4))
    await clock.advance(2000)
    expect(changes).toEqual(['b completed, a completed', '-b', 'd completed, c completed, -a'])
  })

  test('reads a second page only if the first one is short', async () => {
    const jobs = [1, 2, 3, 4, 5].map((atMs) => jobSummary(`j${atMs}`, atMs))
    const read = async (limit: number, pageSize: number) => {
      const fake = createFakeInspection(jobs, pageSize)
      const { clock, changes, stop } = openSubscription(fake, { options: { limit } })
      await clock.advance(0)
      stop()
      return [changes[0]?.split(', ').length, fake.queries.length]
    }
    expect(await read(2, 1000)).toEqual([2, 1])
    expect(await read(4, 3)).toEqual([4, 2])
    expect(await read(5, 1)).toEqual([2, 2])
  })

  test('continues after errors, first after two seconds, at last every ten', async () => {
    const fake = createFakeInspection([jobSummary('a', 1)])
    const errors: number[] = []
    const setting = openSubscription(fake, { options: { onError: () => errors.push(setting.clock.now()) } })
    const { clock, changes, provider } = setting
    const down = () => Promise.reject(new Error('down'))
    const { list } = provider.inspection!
    Object.assign(provider.inspection!, { list: down })
    await clock.advance(40_000)
    expect(errors).toEqual([0, 2000, 6000, 14_000, 24_000, 34_000])
    Object.assign(provider.inspection!, { list })
    await clock.advance(4000)
    expect(changes).toEqual(['a completed'])
    become(fake, 'a', 'failed')
    await clock.advance(2000)
    expect(changes.at(-1)).toBe('a failed')
  })

  test('logs errors if nobody listens to them', async () => {
    const { clock, lines } = openSubscription(createFakeInspection(), { without: ['inspect.listJobs'] })
    await clock.advance(0)
    expect(lines).toMatchObject([{ level: 'warn', message: expect.stringContaining('`inspect.subscribe`') }])
  })

  test('reads nothing after it is stopped or the client closes', async () => {
    for (const end of ['stop', 'close'] as const) {
      const fake = createFakeInspection([jobSummary('a', 1)])
      const { clock, changes, stop, client } = openSubscription(fake)
      await clock.advance(3000)
      if (end === 'stop') stop()
      else await client.close()
      const reads = fake.queries.length
      become(fake, 'a', 'failed')
      await clock.advance(60_000)
      expect([fake.queries.length, changes.length, clock.pendingTimers()]).toEqual([reads, 1, 0])
    }
  })

  test('shares its reads with equal ones', async () => {
    const fake = createFakeInspection([jobSummary('a', 1)])
    const { clock, client } = openSubscription(fake)
    let seen = 0
    for (let count = 0; count < 19; count++) client.inspect.subscribe({}, () => void seen++)
    await clock.advance(0)
    expect([seen, fake.queries.length]).toEqual([19, 1])
    await clock.advance(6000)
    expect(fake.queries.length).toBe(4)
  })

  test('never reads twice at once', async () => {
    const fake = createFakeInspection()
    const { clock, provider } = openSubscription(fake)
    let [running, most, reads] = [0, 0, 0]
    Object.assign(provider.inspection!, {
      async list() {
        reads++
        most = Math.max(most, ++running)
        await new Promise<void>((resolve) => clock.setTimer(7000, resolve))
        running--
        return { jobs: [] }
      },
    })
    await clock.advance(60_000)
    expect(most).toBe(1)
    expect(reads).toBe(7)
  })
})

describe('a subscription on an engine that pushes', () => {
  test('reads after a change, at most four times a second, and not otherwise', async () => {
    const fake = createFakeInspection([jobSummary('a', 1, { state: 'queued' })])
    const { clock, changes, push } = openSubscription(fake, { pushes: true })
    await clock.advance(60_000)
    expect([changes.length, fake.queries.length]).toEqual([1, 1])
    become(fake, 'a', 'running')
    push()
    await clock.advance(0)
    expect(changes.at(-1)).toBe('a running')
    const before = fake.queries.length
    for (let count = 0; count < 100; count++) {
      push()
      await clock.advance(10)
    }
    expect(fake.queries.length - before).toBeLessThanOrEqual(5)
    become(fake, 'a', 'completed')
    push()
    await clock.advance(250)
    expect(changes.at(-1)).toBe('a completed')
  })

  test('shares its reads with equal ones, and tells a new one at once what they have read', async () => {
    const fake = createFakeInspection([jobSummary('a', 1, { state: 'queued' })])
    const { clock, client, changes, push } = openSubscription(fake, { pushes: true })
    const seen: string[] = []
    const subscribe = () => client.inspect.subscribe({}, ({ jobs }) => void seen.push(jobs[0]!.state))
    const stops = Array.from({ length: 19 }, subscribe)
    await clock.advance(1000)
    expect([seen, changes, fake.queries.length]).toEqual([Array(19).fill('queued'), ['a queued'], 1])
    become(fake, 'a', 'running')
    push()
    await clock.advance(1000)
    expect([seen.slice(19), fake.queries.length]).toEqual([Array(19).fill('running'), 2])
    stops.push(subscribe())
    await clock.advance(0)
    expect([seen.at(-1), seen.length, fake.queries.length]).toEqual(['running', 39, 2])
    for (const stop of stops) stop()
    become(fake, 'a', 'completed')
    push()
    await clock.advance(1000)
    expect([seen.length, changes.at(-1), fake.queries.length]).toEqual([39, 'a completed', 3])
  })

  test('shares nothing with those of another query or tenant', async () => {
    const fake = createFakeInspection([jobSummary('a', 1)])
    const { clock, client } = openSubscription(fake, { pushes: true })
    client.inspect.subscribe({ states: ['completed'] }, () => undefined)
    client.inspect.subscribe({}, () => undefined, { limit: 5 })
    client.forTenant('acme').inspect.subscribe({}, () => undefined)
    client.forTenant('other').inspect.subscribe({}, () => undefined)
    await clock.advance(1000)
    expect(fake.queries.map(({ tenantId, limit }) => [tenantId, limit])).toEqual([
      [undefined, 100],
      [undefined, 100],
      [undefined, 5],
      ['acme', 100],
      ['other', 100],
    ])
  })

  test('rests after a read four times as long as it took', async () => {
    const fake = createFakeInspection()
    const { clock, push, provider } = openSubscription(fake, { pushes: true })
    const startedAt: number[] = []
    Object.assign(provider.inspection!, {
      async list() {
        startedAt.push(clock.now())
        await new Promise<void>((resolve) => clock.setTimer(1000, resolve))
        return { jobs: [] }
      },
    })
    for (let count = 0; count < 140; count++) {
      push()
      await clock.advance(100)
    }
    expect(startedAt).toEqual([0, 5000, 10_000])
  })

  test('does not miss a change during a read', async () => {
    const fake = createFakeInspection([jobSummary('a', 1, { state: 'queued' })])
    const { clock, changes, push, provider } = openSubscription(fake, { pushes: true })
    const { list } = provider.inspection!
    Object.assign(provider.inspection!, {
      async list(query: Parameters<typeof list>[0]) {
        const page = await list(query)
        if (fake.queries.length === 1) {
          become(fake, 'a', 'running')
          push()
        }
        return page
      },
    })
    await clock.advance(250)
    expect(changes).toEqual(['a queued', 'a running'])
  })

  test('stops to watch when it ends', async () => {
    const fake = createFakeInspection()
    const { clock, stop } = openSubscription(fake, { pushes: true })
    await clock.advance(0)
    expect(fake.watchers.size).toBe(1)
    stop()
    await clock.advance(0)
    expect([fake.watchers.size, clock.pendingTimers()]).toEqual([0, 0])
  })
})

test.each<[how: string, onError: () => unknown]>([
  [
    'throws',
    () => {
      throw new Error('mine')
    },
  ],
  ['rejects', () => Promise.reject(new Error('mine'))],
])('an `onError` that %s is logged, and the subscription continues', async (_how, onError) => {
  const fake = createFakeInspection([jobSummary('a', 1)])
  const { list } = fake
  let isAway = true
  fake.list = async (query) => (isAway ? Promise.reject(new Error('away')) : list(query))
  const { clock, changes, lines } = openSubscription(fake, { options: { onError } })
  await clock.advance(0)
  expect(lines).toMatchObject([{ level: 'warn', fields: { error: { message: 'mine' } } }])
  isAway = false
  await clock.advance(2000)
  expect(changes).toEqual(['a completed'])
})

test('a closed client refuses a subscription', async () => {
  const fake = createFakeInspection([jobSummary('a', 1)])
  const { client, clock } = openSubscription(fake)
  await clock.advance(0)
  await client.close()
  expect(() => client.inspect.subscribe({}, () => undefined)).toThrow(ClientClosedError)
  const reads = fake.queries.length
  await clock.advance(60_000)
  expect(fake.queries).toHaveLength(reads)
})
