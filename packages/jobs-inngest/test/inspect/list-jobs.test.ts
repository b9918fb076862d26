import { defineJob, type JobState } from '@cgk-platform/jobs-core'
import type { InspectQuery } from '@cgk-platform/jobs-core/provider'
import { requestsOf } from '@cgk-platform/inngest-loopback'
import { describe, expect, test } from 'vitest'

import { openInspection } from '../kit/open-inspection.ts'
import { openJobs } from '../kit/open-jobs.ts'

const broken = new Set<number>()
const work = defineJob({
  id: 'work',
  event: 'work.asked',
  retry: { maxAttempts: 1 },
  handler({ payload: { number = 0 } }) {
    if (broken.has(number)) throw new TypeError(`The number ${number} IS odd`)
    return number
  },
})
const follow = defineJob({ id: 'follow', event: 'work.followed', handler: () => undefined })
const open = async () => {
  const opened = await openJobs({ jobs: [work, follow] })
  return { ...opened, ...openInspection(opened, 12) }
}

describe('a page of jobs', () => {
  test('has the state, the times, the definitions and the error of each job', async () => {
    broken.add(2)
    const { client, clock, page } = await open()
    const before = clock.now()
    const done = await client.sendJob('work.asked', { tenantId: 'acme', number: 1 }, { reference: 'order-1' })
    await client.waitForJob(done.id)
    const failed = await client.sendJob('work.asked', { tenantId: 'globex', number: 2 })
    await client.waitForJob(failed.id)
    const later = await client.sendJob('work.followed', { tenantId: 'acme' }, { delay: '1h' })
    await client.cancelJob((await client.sendJob('work.followed', { tenantId: 'acme' }, { delay: '1h' })).id)

    const { jobs, cursor } = await page()
    expect(cursor).toBeUndefined()
    expect(jobs.map(({ state }) => state)).toEqual(['cancelled', 'scheduled', 'failed', 'completed'])
    const [cancelled, scheduled, failure, completed] = jobs
    expect(completed).toEqual({
      id: done.id,
      event: 'work.asked',
      tenantId: 'acme',
      references: ['order-1'],
      state: 'completed',
      createdAt: expect.any(Date),
      startedAt: expect.any(Date),
      endedAt: expect.any(Date),
      definitionIds: ['work'],
      attempts: 1,
      durationMs: completed!.endedAt!.getTime() - completed!.startedAt!.getTime(),
      runs: [expect.objectContaining({ definitionId: 'work', state: 'completed', attempts: 1, maxAttempts: 1 })],
    })
    expect(completed!.createdAt.getTime()).toBeGreaterThanOrEqual(before)
    expect(completed!.startedAt!.getTime()).toBeGreaterThanOrEqual(completed!.createdAt.getTime())
    expect(completed!.endedAt!.getTime()).toBeGreaterThanOrEqual(completed!.startedAt!.getTime())
    expect(failure).toMatchObject({
      id: failed.id,
      tenantId: 'globex',
      attempts: 1,
      error: { name: 'TypeError', message: 'The number 2 IS odd' },
    })
    expect(scheduled).toMatchObject({ id: later.id, attempts: 0, scheduledFor: expect.any(Date) })
    expect(Object.keys(cancelled!)).not.toContain('endedAt') // lists of Inngest show it too late
    broken.clear()
  })

  test('has the current state of a job that was retried', async () => {
    broken.add(1)
    const { client, page } = await open()
    const { id } = await client.sendJob('work.asked', { tenantId: 'acme', number: 1 })
    await client.waitForJob(id)
    broken.clear()
    await client.retryJob(id)
    await client.waitForJob(id)
    expect((await page()).jobs).toMatchObject([
      { id, state: 'completed', attempts: 1, runs: [{ state: 'failed' }, { state: 'completed', attempts: 1 }] },
    ])
    expect((await page()).jobs[0]).not.toHaveProperty('error')
  })

  test.each<[string, object, readonly number[]]>([
    ['tenant', { tenantId: 'globex' }, [2]],
    ['event', { event: 'work.followed' }, [4]],
    ['definition', { definitionId: 'follow' }, [4]],
    ['states', { states: ['failed', 'scheduled'] satisfies JobState[] }, [3, 2]],
    ['reference', { reference: 'order-3' }, [3]],
    ['text in the error', { errorText: 'is ODD' }, [2]],
    ['name of the error', { errorText: 'typeerror' }, [2]],
    ['all of them', { tenantId: 'acme', event: 'work.asked', states: ['completed'], errorText: 'x' }, []],
  ])('has only the jobs of a filter by %s', async (_name, filter, expected) => {
    broken.add(2)
    const { client, all } = await open()
    await client.waitForJob((await client.sendJob('work.asked', { tenantId: 'acme', number: 1 })).id)
    await client.waitForJob((await client.sendJob('work.asked', { tenantId: 'globex', number: 2 })).id)
    const options = { delay: '1h', reference: 'order-3' } as const
    await client.sendJob('work.asked', { tenantId: 'acme', number: 3 }, options)
    await client.waitForJob((await client.sendJob('work.followed', { tenantId: 'acme', number: 4 })).id)
    const numbers = [4, 3, 2, 1]
    const every = await all()
    const found = await all(filter)
    expect(found.map(({ id }) => numbers[every.findIndex((job) => job.id === id)])).toEqual(expected)
    broken.clear()
  })

  test('has only the jobs of a time range, which ends before its end', async () => {
    const { client, all, pause } = await open()
    for (const number of [1, 2, 3]) {
      await client.waitForJob((await client.sendJob('work.asked', { tenantId: 'acme', number })).id)
      await pause(50)
    }
    const [third, second, first] = (await all()).map(({ createdAt }) => createdAt.getTime()) as [number, number, number]
    const found = await all({ since: first, until: third })
    expect(found.map(({ createdAt }) => createdAt.getTime())).toEqual([second, first])
    const [earliest, latest] = [-8.64e15, 8.64e15]
    expect(await all({ since: earliest, until: latest })).toHaveLength(3)
    expect(await all({ since: latest })).toEqual([])
    expect(await all({ until: earliest })).toEqual([])
  })
})

describe('a filter by end', () => {
  test('finds the runs that ended in a time range, also those of retries and of jobs that were sent before it', async () => {
    broken.add(1).add(2)
    const { client, clock, all, pause } = await open()
    const ids: string[] = []
    for (const number of [1, 2, 3]) {
      ids.push((await client.sendJob('work.asked', { tenantId: 'acme', number })).id)
      await client.waitForJob(ids.at(-1)!)
    }
    broken.clear()
    await client.sendJob('work.asked', { tenantId: 'acme', number: 4 }, { delay: '1h' })
    await pause(5000)
    const middle = clock.now()
    await pause(5000)
    await client.retryJob(ids[0]!)
    await client.waitForJob(ids[0]!)
    const found = async (filter: object): Promise<string[]> => (await all(filter)).map(({ id }) => id).toSorted()
    expect(await found({ endedSince: middle })).toEqual([ids[0]])
    expect(await found({ endedUntil: middle })).toEqual(ids.toSorted())
    expect(await found({ endedSince: middle, order: 'oldest' })).toEqual([ids[0]])
    expect(await found({ endedSince: middle, until: middle })).toEqual([ids[0]])
    expect(await found({ endedUntil: middle, states: ['failed'] satisfies JobState[] })).toEqual([ids[1]])
    expect(await found({ endedSince: middle, definitionId: 'follow' })).toEqual([])
    expect(await found({ endedSince: middle, errorText: 'odd' })).toEqual([ids[0]])
    expect(await found({ endedUntil: middle, errorText: 'even' })).toEqual([])
  })
})

describe('an incomplete page', () => {
  test.each<[string, Partial<InspectQuery>]>([
    ['events', {}],
    ['runs', { states: ['completed'] }],
    ['runs, oldest first', { states: ['completed'], order: 'oldest' }],
    ['runs by their ends', { endedSince: 0 }],
  ])('tells how far the list of %s came, job by job', async (_name, query) => {
    const { all, client, page, pause } = await open()
    const ids: string[] = []
    for (const number of [1, 2, 3]) {
      ids.push((await client.sendJob('work.asked', { tenantId: 'acme', number })).id)
      await client.waitForJob(ids.at(-1)!)
      await pause(5000)
    }
    const times = (await all()).map(({ id, createdAt }) => ({ id, ms: createdAt.getTime() }))
    /** The engine's clock is not exactly that of the jobs. */
    const sentNear = (ms: number): string => times.toSorted((a, b) => Math.abs(a.ms - ms) - Math.abs(b.ms - ms))[0]!.id
    const expected = query.order === 'oldest' ? ids : ids.toReversed()
    let cursor: string | undefined
    for (const id of expected.slice(0, 2)) {
      const read = await page({ ...query, limit: 1, ...(cursor !== undefined && { cursor }) })
      expect(read.jobs.map((job) => job.id)).toEqual([id])
      expect(sentNear(read.searchedTo!.getTime())).toBe(id)
      cursor = read.cursor
    }
  })
})

describe('all pages', () => {
  test('have each job once, also if there are more runs than a response has, and jobs that were retried', async () => {
    const { client, all, page } = await open()
    const payloads = Array.from({ length: 130 }, (_, index) => ({ tenantId: 'acme', number: index + 1 }))
    broken.add(3).add(4).add(90)
    const sent: string[] = []
    for (const payload of payloads) sent.push((await client.sendJob('work.asked', payload)).id)
    for (const id of sent) await client.waitForJob(id)
    broken.delete(4)
    await client.retryJob(sent[3]!)
    await client.waitForJob(sent[3]!)

    const first = await page({ limit: 20 })
    expect(first.jobs.map(({ id }) => id)).toEqual(sent.toReversed().slice(0, 20))
    const jobs = await all({ limit: 20 })
    expect(jobs.map(({ id }) => id)).toEqual(sent.toReversed())
    expect(jobs.filter(({ state }) => state === 'failed').map(({ id }) => id)).toEqual([sent[89], sent[2]])
    expect(jobs.every(({ state }) => state === 'completed' || state === 'failed')).toBe(true)
    broken.clear()
  })

  test('have each job once if many have idempotency keys, whose ids do not follow their time', async () => {
    const { client, all } = await open()
    const sent = new Set<string>()
    for (let number = 1; number <= 60; number++) {
      const options = number % 2 === 0 ? { idempotencyKey: `key-${number}` } : {}
      sent.add((await client.sendJob('work.asked', { tenantId: 'acme', number }, options)).id)
    }
    for (const id of sent) await client.waitForJob(id)
    const jobs = await all({ limit: 7 })
    expect(jobs.map(({ id }) => id)).toEqual([...sent].toSorted().toReversed())
    expect(jobs.every(({ state }) => state === 'completed')).toBe(true)
  })

  test('read runs once for a page without jobs of the filter', async () => {
    const { client, engine, page } = await open()
    await client.sendJob('work.followed', { tenantId: 'acme' }, { delay: '1h' })
    expect(await page({ tenantId: 'globex' })).toEqual({ jobs: [] })
    expect(requestsOf(engine, 'runs')).toHaveLength(0)
  })
})
