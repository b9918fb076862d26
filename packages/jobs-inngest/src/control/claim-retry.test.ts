import type { Reply } from '@cgk-platform/test-kit/replies'
import { describe, expect, test } from 'vitest'

import { recordedRuns } from '../../test/fixtures/recorded.ts'
import { idsIn } from '../../test/kit/fake-server.ts'
import { openReader } from '../../test/kit/open-reader.ts'
import { openApi, requestFailure } from '../../test/kit/open-api.ts'
import type { EngineRun } from '../api/engine-shapes.ts'
import type { RegisteredFunction } from '../read/subscriptions.ts'
import { createPostEvents } from '../send/post-events.ts'
import { claimRetry } from './claim-retry.ts'

const jobId = '01M89NS4WG6G8H65WJD6QKMDS3'
const app = { id: 'shop' }
const run = (id: string, functionId = 'work'): EngineRun => ({
  ...recordedRuns.exhausted,
  id,
  app,
  function: { id: functionId },
})
const failed = run('b1')
const claiming: RegisteredFunction = {
  appId: 'shop',
  functionId: 'jobs-retry',
  events: ['jobs/retry.claimed/shop'],
  maxAttempts: 5,
}

interface Setting {
  /** The functions for claims. Default: that of the app. */
  readonly functions?: readonly RegisteredFunction[] | undefined
  /** Returns the runs of the own claim at the nth read, from 0. */
  readonly claimed?: (look: number) => readonly EngineRun[]
  /** Returns the runs of the job at the nth read, from 0. */
  readonly runs?: (look: number) => readonly EngineRun[]
  readonly send?: Reply
}

function open({ claimed = () => [], runs = () => [failed], send, ...more }: Setting) {
  const functions = 'functions' in more ? more.functions : [claiming]
  const looks = { claim: 0, job: 0 }
  const { api, clock, connection, requests } = openApi((request) => {
    if (request.method === 'POST') return send ?? { body: { ids: idsIn(request), status: 200 } }
    if (request.url.pathname === `/v2/events/${jobId}/runs`) return { body: { data: runs(looks.job++) } }
    expect(request.url.pathname).toBe(`/v2/events/${idsIn(requests[0]!)[0]}/runs`)
    return { body: { data: claimed(looks.claim++) } }
  })
  const postEvents = createPostEvents(connection, clock)
  const work = claimRetry(jobId, failed, { ...openReader({ api, clock }, { of: async () => functions }), postEvents })
  return { work, clock, requests }
}

describe('the claim of a retry', () => {
  test('is one event per failed run, and holds once Inngest has started a run for it', async () => {
    const { work, clock, requests } = open({ claimed: (look) => (look < 2 ? [] : [run('c1', 'jobs-retry')]) })
    await expect(clock.finish(work)).resolves.toBe(true)
    const posts = requests.filter(({ method }) => method === 'POST')
    expect(posts.map(({ text }) => JSON.parse(text))).toEqual([
      [{ id: 'b1/retry', name: 'jobs/retry.claimed/shop', data: { _job: { v: 1, sentAt: 0, tenantId: '' } } }],
    ])
    expect(clock.delays).toEqual([50, 100])
  })

  test('does not hold if a rerun of the same function is visible', async () => {
    const others = [run('a1'), failed, run('b2', 'other'), { ...run('b3'), app: { id: 'billing' } }]
    const { work, clock } = open({ runs: (look) => (look < 3 ? others : [...others, run('b4')]) })
    await expect(clock.finish(work)).resolves.toBe(false)
    expect(clock.delays).toHaveLength(3)
  })

  test('passes on after 30 seconds without a rerun', async () => {
    const { work, clock } = open({})
    const begunAt = clock.now()
    await expect(clock.finish(work)).resolves.toBe(true)
    expect(clock.now() - begunAt).toBeGreaterThanOrEqual(30_000)
    expect(clock.now() - begunAt).toBeLessThanOrEqual(31_000)
  })

  test('does not pass on when the wall clock is set forward', async () => {
    const { work, clock } = open({
      runs: (look) => {
        if (look === 1) clock.setWall(3_600_000)
        return look < 3 ? [failed] : [failed, run('b4')]
      },
    })
    await expect(clock.finish(work)).resolves.toBe(false)
  })

  test.each<[string, readonly RegisteredFunction[] | undefined]>([
    ['has no function for it', []],
    ['paused the function for it', [{ ...claiming, isPaused: true }]],
    ['has no function for it, but another app does', [{ ...claiming, appId: 'billing' }]],
    ['cannot be read', undefined],
  ])('is not needed if the app of the run %s', async (_, functions) => {
    const { work, clock, requests } = open({ functions })
    await expect(clock.finish(work)).resolves.toBe(true)
    expect(requests).toEqual([])
  })

  test('fails if Inngest refuses it', async () => {
    const { work, clock } = open({ send: { status: 401, body: { status: 401, error: 'Event key not found' } } })
    const { message, status } = await requestFailure(clock, work)
    expect(message).toContain('Failed to retry the run b1 on `inngest`: ')
    expect(message).toContain('Check the event key')
    expect(status).toBe(401)
  })
})
