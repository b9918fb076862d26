import type { Reply } from '@cgk-platform/test-kit/replies'
import { describe, expect, test } from 'vitest'

import { recordedRuns } from '../../test/fixtures/recorded.ts'
import { openReader } from '../../test/kit/open-reader.ts'
import { openApi, requestFailure } from '../../test/kit/open-api.ts'
import type { EngineRun } from '../api/engine-shapes.ts'
import type { RegisteredFunction } from '../read/subscriptions.ts'
import { cancelJob } from './cancel-job.ts'

const id = '01M89NS4WG6G8H65WJD6QKMDS3'
const run = (name: string, status: EngineRun['status']): EngineRun => ({
  ...recordedRuns.queued,
  id: `run-${name}`,
  app: { id: 'shop' },
  function: { id: name },
  status,
})
const registered = (functionId: string): RegisteredFunction => ({
  appId: 'shop',
  functionId,
  events: [],
  maxAttempts: 1,
})
const notFound: Reply = { status: 404, body: { errors: [{ code: 'not_found', message: 'Run not found' }] } }

interface Setting {
  /** Returns the runs at the nth read, from 0. */
  readonly runsAt: (look: number) => readonly EngineRun[]
  /** The functions subscribed to the event. Default none. */
  readonly functions?: readonly string[] | undefined
  readonly cancel?: Reply
  readonly isKnown?: boolean
  /** The age of the event when the cancel starts. */
  readonly ageMs?: number
}

function open({ runsAt, cancel = { body: {} }, isKnown = true, ageMs = 0, ...more }: Setting) {
  const functions = 'functions' in more ? more.functions : []
  let looks = 0
  const { api, clock, requests } = openApi(({ method, url }) => {
    if (method === 'POST') return cancel
    if (url.pathname.startsWith('/v1/events/')) {
      const received_at = new Date(begunAt - ageMs).toISOString()
      return isKnown ? { body: { data: { internal_id: id, name: 'work.asked', received_at } } } : notFound
    }
    return { body: { data: runsAt(looks++) } }
  })
  const begunAt = clock.now()
  const work = cancelJob(id, openReader({ api, clock }, { of: async () => functions?.map(registered) }))
  const posts = () => requests.filter(({ method }) => method === 'POST').map(({ url }) => url.pathname)
  return { work, clock, posts, looks: () => looks }
}

describe('cancelling a job', () => {
  test('cancels queued and running runs, and no others, until they stay cancelled', async () => {
    const open3 = ['QUEUED', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED'] as const
    const runs = open3.map((status) => run(status.toLowerCase(), status))
    const ended = runs.map((one) => ({ ...one, status: 'CANCELLED' as const }))
    const { work, clock, posts, looks } = open({ runsAt: (look) => (look === 0 ? runs : ended) })
    await clock.finish(work)
    expect(posts()).toEqual(['/v2/runs/run-queued/cancel', '/v2/runs/run-running/cancel'])
    expect(looks()).toBe(4)
    expect(clock.delays).toEqual([20, 20, 20])
  })

  test('waits for the runs of a new event', async () => {
    const { work, clock, posts, looks } = open({
      functions: ['a', 'b'],
      runsAt: (look) => {
        const others = [run('c', 'COMPLETED'), { ...run('a', 'COMPLETED'), app: { id: 'another' } }]
        if (look < 5) return others
        if (look < 8) return [...others, run('a', look === 5 ? 'QUEUED' : 'CANCELLED')]
        return [...others, run('a', 'CANCELLED'), run('b', look === 8 ? 'QUEUED' : 'CANCELLED')]
      },
    })
    await clock.finish(work)
    expect(posts()).toEqual(['/v2/runs/run-a/cancel', '/v2/runs/run-b/cancel'])
    expect(looks()).toBe(12)
  })

  test('waits for missing runs until the event is 30 seconds old, with increasing pauses, then fails', async () => {
    const { work, clock, posts, looks } = open({ functions: ['a'], runsAt: () => [], ageMs: 1000 })
    const begunAt = clock.now()
    await expect(clock.finish(work)).rejects.toMatchObject({ code: 'job_not_visible' })
    expect(clock.now() - begunAt).toBeGreaterThanOrEqual(29_000)
    expect(clock.now() - begunAt).toBeLessThanOrEqual(29_300)
    expect(clock.delays.slice(0, 6)).toEqual([40, 80, 160, 200, 200, 200])
    expect(looks()).toBeLessThanOrEqual(155)
    expect(posts()).toEqual([])
  })

  test('waits at most 30 seconds, even if the local clock is far behind', async () => {
    const { work, clock } = open({ functions: ['a'], runsAt: () => [], ageMs: -3_600_000 })
    const begunAt = clock.now()
    await expect(clock.finish(work)).rejects.toMatchObject({ code: 'job_not_visible' })
    expect(clock.now() - begunAt).toBeLessThanOrEqual(30_300)
  })

  test('waits at most 30 seconds, even if the local clock is set back', async () => {
    const { work, clock } = open({ runsAt: () => [run('a', 'RUNNING')] })
    clock.setWall(-7_200_000)
    await expect(clock.finish(work)).rejects.toThrow('runs are still running after 30000 ms')
    expect(clock.elapsed!()).toBeLessThanOrEqual(Date.parse('2026-03-01T12:00:31Z'))
  })

  test('fails if a function of a new event gets no run, although others were cancelled', async () => {
    const { work, clock } = open({ functions: ['a', 'b'], runsAt: () => [run('a', 'CANCELLED')], ageMs: 16_000 })
    const begunAt = clock.now()
    await expect(clock.finish(work)).rejects.toThrow('yet: it has no run of `b` that could be cancelled. It may run.')
    expect(clock.now() - begunAt).toBeGreaterThanOrEqual(14_000)
  })

  test('does not wait for a function that was registered after the event if others ran', async () => {
    const { work, clock } = open({ functions: ['a', 'b'], runsAt: () => [run('a', 'CANCELLED')], ageMs: 60_000 })
    await clock.finish(work)
  })

  test('fails if the event stays invisible, without a request for its runs', async () => {
    const { work, clock, looks } = open({ runsAt: () => [], isKnown: false })
    await expect(clock.finish(work)).rejects.toThrow(
      `\`inngest\` does not show the job \`${id}\` yet: it was not cancelled. It may run. Call again later.`,
    )
    expect(looks()).toBe(0)
  })

  test('accepts a run that ends in the meantime', async () => {
    const already: Reply = { status: 409, body: { errors: [{ code: 'run_already_ended', message: 'Ended' }] } }
    for (const cancel of [already, notFound]) {
      const { work, clock, posts } = open({
        runsAt: (look) => [run('a', look === 0 ? 'RUNNING' : 'COMPLETED')],
        cancel,
      })
      await clock.finish(work)
      expect(posts()).toHaveLength(1)
    }
  })

  test('fails if runs are still running, or the engine rejects the cancel', async () => {
    const going = open({ runsAt: () => [run('a', 'RUNNING'), run('b', 'CANCELLED')] })
    expect((await requestFailure(going.clock, going.work)).message).toContain(
      `Failed to cancel the job ${id} on \`inngest\`: runs are still running after 30000 ms (run-a).`,
    )
    const refused = open({ runsAt: () => [run('a', 'RUNNING')], cancel: { status: 500 } })
    expect(await requestFailure(refused.clock, refused.work)).toMatchObject({ status: 500 })
  })
})
