import type { Reply } from '@cgk-platform/test-kit/replies'
import { afterEach, expect, test, vi } from 'vitest'

import { createFakeEngine, type FakeEngine } from '../../test/kit/fake-engine.ts'
import type { FakeRequest } from '../../test/kit/fake-server.ts'
import { openWorkJob, workPayload, workTaskId } from '../../test/kit/open-work-job.ts'

afterEach(() => vi.unstubAllGlobals())

const isRead = ({ method, url }: FakeRequest): boolean => method === 'GET' && url.pathname === '/api/v3/runs/run_1'

/** Opens a job whose handler works for some time. `status` is that of its run on the server. */
async function open(handlerMs: number, status = 'CANCELED') {
  let reads = 0
  const aborted: unknown[] = []
  const engine: FakeEngine = createFakeEngine((request): Reply | undefined => {
    if (!isRead(request)) return undefined
    reads++
    return { body: { ...runView, status } }
  })
  const { attempt, clock } = await openWorkJob(
    {
      handler: (_event, { signal }) =>
        new Promise<void>((resolve, reject) => {
          clock.setTimer(handlerMs, resolve)
          signal.addEventListener('abort', () => {
            aborted.push([clock.now() - start, (signal.reason as { code?: string }).code])
            reject(signal.reason as Error)
          })
        }),
    },
    { engine },
  )
  const start = clock.now()
  return { attempt, clock, engine, aborted, reads: () => reads }
}

const at = new Date(0).toISOString()
const runView = {
  id: 'run_1',
  taskIdentifier: workTaskId,
  tags: [],
  createdAt: at,
  updatedAt: at,
  isTest: false,
  costInCents: 0,
  baseCostInCents: 0,
  durationMs: 0,
  depth: 0,
  triggerFunction: 'trigger',
  metadata: {},
  env: { id: 'env', name: 'dev' },
  attemptCount: 1,
  relatedRuns: { children: [] },
  attempts: [],
  ...Object.fromEntries(
    ['Queued', 'Executing', 'Waiting', 'Completed', 'Success', 'Failed', 'Cancelled'].map((name) => [
      `is${name}`,
      false,
    ]),
  ),
}

test('aborts the handler of a run that was cancelled before its process could know, and ends the run as cancelled', async () => {
  const { attempt, engine, aborted, reads } = await open(60_000)
  const result = await attempt(workTaskId, { payload: workPayload })
  expect(aborted).toEqual([[200, 'job_cancelled']])
  expect([reads(), engine.cancelled]).toEqual([1, ['run_1']]) // the second cancel notifies the worker again
  expect(result).toMatchObject({
    ok: false,
    error: { type: 'INTERNAL_ERROR', code: 'TASK_RUN_CANCELLED', message: 'Canceled by user' },
    skippedRetrying: true,
  })
})

test('does not wait for the end of the process longer than for its signal', async () => {
  const { attempt, clock } = await open(60_000)
  const abort = new AbortController()
  clock.setTimer(300, () => abort.abort())
  const start = clock.now()
  await attempt(workTaskId, { payload: workPayload, signal: abort.signal })
  expect(clock.now() - start).toBe(300)
})

test('leaves a run alone that is still wanted', async () => {
  const { attempt, engine, aborted, reads } = await open(60_000, 'EXECUTING')
  expect(await attempt(workTaskId, { payload: workPayload })).toMatchObject({ ok: true })
  expect([aborted, reads(), engine.cancelled]).toEqual([[], 1, []])
})

test('sends no request for an attempt shorter than 200 ms', async () => {
  const { attempt, reads, clock } = await open(199)
  expect(await attempt(workTaskId, { payload: workPayload })).toMatchObject({ ok: true })
  expect([reads(), clock.pending()]).toEqual([0, 0])
})
