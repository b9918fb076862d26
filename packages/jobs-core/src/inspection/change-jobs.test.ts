import { describe, expect, test } from 'vitest'

import { createFakeInspection, jobSummary } from '../../test/kit/fake-inspection.ts'
import { capabilitiesWithout } from '../../test/kit/fake-provider.ts'
import { ClientClosedError } from '../errors/client-closed-error.ts'
import { JobNotFoundError } from '../errors/job-not-found-error.ts'
import { JobNotRetryableError } from '../errors/job-not-retryable-error.ts'
import type { Feature } from '../engines/capabilities.ts'
import { changeJobs } from './change-jobs.ts'
import { countJobs } from './count-jobs.ts'
import type { CheckedChange } from './inspect-options.ts'
import type { ChangeJobsResult } from './job-inspector.ts'

const nowMs = 1000
const failedJob = (id: string, atMs = 1) => jobSummary(id, atMs, { state: 'failed' })
const many = (count: number) => Array.from({ length: count }, (_none, index) => failedJob(`j${index}`, index))

interface Setting {
  fake?: ReturnType<typeof createFakeInspection>
  without?: readonly Feature[]
  change?: (id: string) => Promise<boolean>
}

function start({ fake = createFakeInspection(many(3)), without = [], change }: Setting, options: CheckedChange = {}) {
  const engines = [{ name: 'fake', capabilities: capabilitiesWithout(without) }]
  const calls: string[] = []
  const list: typeof fake.list = async (query) => {
    const { jobs, cursor } = await fake.list(query)
    return { jobs, ...(cursor !== undefined && { cursor, searchedTo: new Date(Number(cursor.split(' ')[0])) }) }
  }
  const source = { list, count: (filter: object) => countJobs(fake.list, filter, undefined) }
  const result = changeJobs(
    engines,
    source,
    {
      filter: { states: ['failed'] },
      nowMs,
      async change(id) {
        calls.push(id)
        return change ? change(id) : true
      },
    },
    options,
  )
  return { result, calls, fake }
}

describe('a change of many jobs', () => {
  test('handles each job of every page once, oldest first, up to this moment', async () => {
    const fake = createFakeInspection([...many(250), failedJob('now', nowMs), failedJob('later', nowMs + 1)])
    const { result, calls } = start({ fake })
    expect(await result).toEqual({
      matched: 251,
      changed: 251,
      skipped: 0,
      failed: [],
      failures: 0,
      isComplete: true,
    })
    expect(calls).toEqual([...many(250).map(({ id }) => id), 'now'])
    expect(fake.queries[0]).toEqual({ states: ['failed'], until: nowMs + 1, order: 'oldest', limit: 100 })
  })

  test('lists newest first on an engine that cannot leave out later jobs', async () => {
    const fake = createFakeInspection([failedJob('a', 1), failedJob('b', 2), failedJob('later', nowMs + 1)])
    const { result, calls } = start({ fake, without: ['inspect.listJobs by time'] })
    expect((await result).matched).toBe(2)
    expect(calls).toEqual(['b', 'a'])
    expect(fake.queries[0]).toEqual({ states: ['failed'], order: 'newest', limit: 100 })
  })

  test('ends while jobs are sent all the time', async () => {
    for (const without of [[], ['inspect.listJobs by time']] as Feature[][]) {
      const fake = createFakeInspection(many(150))
      let atMs = nowMs
      const change = async () => !!fake.jobs.push(failedJob(`later${atMs}`, ++atMs))
      expect((await start({ fake, without, change }).result).changed).toBe(150)
    }
  })

  test('only counts in a dry run', async () => {
    const { result, calls } = start({}, { dryRun: true })
    expect(await result).toMatchObject({ matched: 3, changed: 0, isComplete: true })
    expect(calls).toEqual([])
    const short = start({ fake: createFakeInspection(many(30), 2) }, { dryRun: true })
    expect(await short.result).toMatchObject({ matched: 2, isComplete: false })
  })

  test('continues a dry run with the next page of an engine that cannot count, also after one without jobs', async () => {
    const fake = createFakeInspection([...many(3), jobSummary('b', 4), jobSummary('c', 5)], 2)
    const setting: Setting = { fake, without: ['inspect.countJobs: exact', 'inspect.listJobs, oldest first'] }
    const counted: [number, boolean, number | undefined][] = []
    let cursor: string | undefined
    do {
      const options = { dryRun: true, ...(cursor !== undefined && { cursor }) }
      const result: ChangeJobsResult = await start(setting, options).result
      ;({ cursor } = result)
      counted.push([result.matched, result.isComplete, result.searchedTo?.getTime()])
    } while (cursor !== undefined)
    expect(counted).toEqual([
      [0, false, 4],
      [2, false, 1],
      [1, true, undefined],
    ])
  })

  test('skips jobs that have changed since they were listed, reports failures, and continues', async () => {
    const change = async (id: string): Promise<boolean> => {
      if (id === 'j0') throw new JobNotFoundError({ jobId: id, provider: 'fake' })
      if (id === 'j1') throw new JobNotRetryableError({ jobId: id, state: 'queued' })
      if (id === 'j2') return false
      if (id === 'j3') throw new TypeError('broken')
      return true
    }
    const { failed, ...counts } = await start({ fake: createFakeInspection(many(5)), change }).result
    expect(counts).toEqual({ matched: 5, changed: 1, skipped: 3, failures: 1, isComplete: true })
    expect(failed).toEqual([{ jobId: 'j3', error: expect.objectContaining({ name: 'TypeError', message: 'broken' }) }])
  })

  test('keeps at most 100 failures', async () => {
    const change = () => Promise.reject(new Error('no'))
    const { failed, failures } = await start({ fake: createFakeInspection(many(130)), change }).result
    expect([failed.length, failures]).toEqual([100, 130])
  })

  test('reports progress after each job', async () => {
    const progress: ChangeJobsResult[] = []
    await start({}, { onProgress: (one) => progress.push(one) }).result
    expect(progress.map(({ matched, changed, isComplete }) => [matched, changed, isComplete])).toEqual([
      [3, 1, false],
      [3, 2, false],
      [3, 3, false],
    ])
  })

  test('changes at most ten jobs at once', async () => {
    let [running, most] = [0, 0]
    const change = async () => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setImmediate(resolve))
      running--
      return true
    }
    await start({ fake: createFakeInspection(many(60)), change }).result
    expect(most).toBe(10)
  })

  test('stops before the next job when its signal aborts, and a repeated call does the rest', async () => {
    const controller = new AbortController()
    const fake = createFakeInspection(many(120))
    const change = async (id: string) => {
      fake.jobs.splice(
        fake.jobs.findIndex((job) => job.id === id),
        1,
      )
      if (id === 'j30') controller.abort()
      return true
    }
    const first = await start({ fake, change }, { signal: controller.signal }).result
    expect(first.isComplete).toBe(false)
    expect(first.changed).toBeLessThan(50)
    const second = await start({ fake, change }).result
    expect([first.changed + second.changed, second.isComplete]).toEqual([120, true])
  })

  test('continues at its position, without the pages before and the jobs that were sent since', async () => {
    const fake = createFakeInspection(many(450))
    const controllers = Array.from({ length: 9 }, () => new AbortController())
    const lists: number[] = []
    const handled: string[] = []
    let cursor: string | undefined
    for (const [slice, controller] of controllers.entries()) {
      fake.queries.length = 0
      // No job leaves the list, as if it failed again at once.
      const change = async (id: string) => {
        handled.push(id)
        if (handled.length % 95 === 0) controller.abort()
        return true
      }
      const more = cursor === undefined ? {} : { cursor }
      const result = await start({ fake, change }, { signal: controller.signal, ...more }).result
      lists.push(fake.queries.length)
      fake.jobs.push(failedJob(`later${slice}`, nowMs + slice + 1))
      ;({ cursor } = result)
      expect(result.isComplete).toBe(cursor === undefined)
      if (result.isComplete) break
    }
    expect(handled.toSorted()).toEqual(
      many(450)
        .map(({ id }) => id)
        .toSorted(),
    )
    expect(Math.max(...lists)).toBeLessThanOrEqual(2)
  })

  test('moves on after pages without jobs, of which one takes all its time', async () => {
    const fake = createFakeInspection(
      [failedJob('oldest'), ...Array.from({ length: 8 }, (_, at) => jobSummary(`c${at}`, at + 2))],
      2,
    )
    const without: Feature[] = ['inspect.listJobs, oldest first']
    const searched: (number | undefined)[] = []
    let changed = 0
    let cursor: string | undefined
    do {
      const controller = new AbortController()
      const list: typeof fake.list = async (query) => {
        const page = await fake.list(query)
        if (page.cursor !== undefined) controller.abort()
        return page
      }
      const options = { signal: controller.signal, ...(cursor !== undefined && { cursor }) }
      const result: ChangeJobsResult = await start({ fake: { ...fake, list }, without }, options).result
      ;({ cursor } = result)
      changed += result.matched
      searched.push(result.searchedTo?.getTime())
    } while (cursor !== undefined && searched.length < 20)
    expect(searched).toEqual([8, 6, 4, 2, undefined])
    expect(changed).toBe(1)
  })

  test('refuses a cursor that is not one of a change', async () => {
    for (const cursor of ['x', '1', '[]', '[1]', '[1,2]', '["1",null]', '[1,null,2]']) {
      await expect(start({}, { cursor }).result).rejects.toMatchObject({ code: 'invalid_option' })
    }
  })

  test('rejects if the client closes or a callback throws, and starts no further change', async () => {
    const closed = start({
      fake: createFakeInspection(many(60)),
      async change(id) {
        if (id === 'j0') throw new ClientClosedError({ operation: 'retryJob' })
        await new Promise((resolve) => setImmediate(resolve))
        return true
      },
    })
    await expect(closed.result).rejects.toMatchObject({ code: 'client_closed' })
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve))
    expect(closed.calls.length).toBeLessThan(25)
    for (const onProgress of [
      () => {
        throw new RangeError('mine')
      },
      () => Promise.reject(new RangeError('mine')),
    ]) {
      const thrown = start({ fake: createFakeInspection(many(60)) }, { onProgress })
      await expect(thrown.result).rejects.toThrow('mine')
      await new Promise((resolve) => setImmediate(resolve))
      expect(thrown.calls.length).toBeLessThan(25)
    }
  })
})
