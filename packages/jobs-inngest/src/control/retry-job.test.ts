import type { Reply } from '@cgk-platform/test-kit/replies'
import { describe, expect, test } from 'vitest'

import { recordedRuns } from '../../test/fixtures/recorded.ts'
import { openReader } from '../../test/kit/open-reader.ts'
import { openApi, requestFailure } from '../../test/kit/open-api.ts'
import type { EngineRun } from '../api/engine-shapes.ts'
import { createPostEvents } from '../send/post-events.ts'
import { retryJob } from './retry-job.ts'

const id = '01M89NS4WG6G8H65WJD6QKMDS3'
const run = (runId: string, functionId: string, status: EngineRun['status']): EngineRun => ({
  ...recordedRuns.exhausted,
  id: runId,
  function: { id: functionId },
  status,
})

interface Setting {
  readonly runs: readonly EngineRun[]
  /** The response to a rerun. Default: a run that is visible at the third read after it. */
  readonly rerun?: Reply
  readonly isVisible?: boolean
  readonly isKnown?: boolean
}

function open({ runs, rerun, isVisible = true, isKnown = true }: Setting) {
  const made: EngineRun[] = []
  let looks = 0
  const { api, clock, connection, requests } = openApi(({ method, url }) => {
    if (method === 'POST') {
      const runId = `${url.pathname.split('/')[3]}-again`
      made.push(run(runId, 'any', 'QUEUED'))
      return rerun ?? { body: { data: { runId } } }
    }
    if (url.pathname.startsWith('/v1/events/')) {
      return { body: isKnown ? { data: { internal_id: id, name: 'work.asked' } } : {} }
    }
    if (!url.pathname.endsWith('/runs')) return { body: {} }
    looks++
    return { body: { data: isVisible && made.length > 0 && looks > 4 ? [...runs, ...made] : runs } }
  })
  // No app has the function for claims.
  const opened = openReader({ api, clock }, { of: async () => [], appId: 'probe-app' })
  const work = retryJob(id, { ...opened, postEvents: createPostEvents(connection, clock) })
  const posts = () => requests.filter(({ method }) => method === 'POST').map(({ url }) => url.pathname)
  return { work, clock, posts }
}

describe('retrying a job', () => {
  test('reruns the newest failed run of each definition and waits until the new runs are visible', async () => {
    const { work, clock, posts } = open({
      runs: [
        run('a1', 'a', 'FAILED'),
        run('a2', 'a', 'FAILED'),
        run('b1', 'b', 'FAILED'),
        run('b2', 'b', 'COMPLETED'),
        run('c1', 'c', 'CANCELLED'),
        run('d1', 'd', 'FAILED'),
      ],
    })
    await clock.finish(work)
    expect(posts()).toEqual(['/v2/runs/a2/rerun', '/v2/runs/d1/rerun'])
    expect(clock.delays).toEqual([20, 20])
  })

  test('waits ten seconds for the new runs and reports that the retry was accepted', async () => {
    const { work, clock } = open({ runs: [run('a1', 'a', 'FAILED')], isVisible: false })
    const begunAt = clock.now()
    expect((await requestFailure(clock, work)).message).toBe(
      `Failed to retry the job ${id} on \`inngest\`: the new runs are not visible after 10000 ms. ` +
        'Inngest accepted the retry. Read the status again later.',
    )
    expect(clock.now() - begunAt).toBe(10_000)
  })

  test('requests nothing if the job does not exist', async () => {
    const { work, clock, posts } = open({ runs: [], isKnown: false })
    await clock.finish(work)
    expect(posts()).toEqual([])
  })

  test('fails without a retry if the engine rejects the request', async () => {
    const { work, clock, posts } = open({ runs: [run('a1', 'a', 'FAILED')], rerun: { status: 501 } })
    expect((await requestFailure(clock, work)).message).toContain('Failed to retry the run a1')
    expect(posts()).toHaveLength(1)
  })
})
