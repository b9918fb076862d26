import { type Definition, defineJob } from '@cgk-platform/jobs-core'
import { RequestFailedError, UnsupportedFeatureError } from '@cgk-platform/jobs-core/errors'
import { RequestFailure, toJobRegistry } from '@cgk-platform/jobs-core/hosted'
import '@cgk-platform/test-kit/work'
import { describe, expect, test } from 'vitest'

import { createFakeApi, type FakeResponses } from '../../test/kit/fake-api.ts'
import { createFakeClock } from '../../test/kit/fake-clock.ts'
import { fakeRun } from '../../test/kit/fake-run.ts'
import type { EngineRun } from '../api/engine-shapes.ts'
import { createJobReader } from '../read/job-reader.ts'
import { retriedByTag, tagsOf } from '../wire/tags.ts'
import { jobTaskId } from '../wire/task-id.ts'
import { retryJob } from './retry-job.ts'

const envelope = { v: 1, id: 'x', event: 'work.asked', tenantId: 'acme', payload: {}, sentAt: 1000, maxAttempts: 2 }
const root: Partial<EngineRun> = { id: 'run_1', payload: { envelope }, status: 'FAILED', error: { message: 'no' } }
const inline = {
  ...root,
  metadata: { job: { definition: 'ship', attempt: 2, maxAttempts: 2, startedAt: 2000, failed: true } },
}
function child(definition: string, status: EngineRun['status']): EngineRun {
  const tags = tagsOf({ tenantId: 'acme', event: 'work.asked', jobId: 'run_1' })
  const payload = { envelope, jobId: 'run_1' }
  return fakeRun({ id: `run_${definition}`, taskIdentifier: jobTaskId(definition), tags, status, payload })
}

function open(runs: readonly Partial<EngineRun>[], responses?: FakeResponses, definitions: Definition[] = []) {
  const api = createFakeApi(runs, responses)
  const clock = createFakeClock()
  const jobs = toJobRegistry(definitions)
  const reader = createJobReader({ api, clock, jobs: () => jobs })
  const retry = (id = 'run_1', traceparent?: string) => clock.finish(retryJob(id, { api, clock, reader }, traceparent))
  return { api, clock, retry }
}

test("triggers a job's event again for the definition that failed, and tags the failed run with the new one", async () => {
  const { api, retry } = open([inline])
  await retry()
  expect(api.triggered).toEqual([
    {
      taskId: 'event-work__asked',
      payload: { envelope, retry: { jobId: 'run_1', runs: { ship: 'run_1' } } },
      tags: tagsOf({ tenantId: 'acme', event: 'work.asked', jobId: 'run_1' }),
      idempotencyKey: expect.stringMatching(/^[0-9a-f]{64}$/),
    },
  ])
  expect(api.requests.filter((one) => one.startsWith('tag'))).toEqual([`tag run_1 ${retriedByTag('run_made1')}`])
})

test('gives the runs its trace, and not that of an earlier retry', async () => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
  const traced = open([inline])
  await traced.retry('run_1', traceparent)
  expect(traced.api.triggered[0]!.payload).toMatchObject({ envelope: { ...envelope, retryTraceparent: traceparent } })
  const before = { ...inline, payload: { envelope: { ...envelope, retryTraceparent: traceparent } } }
  const untraced = open([before])
  await untraced.retry()
  expect(untraced.api.triggered[0]!.payload).toMatchObject({ envelope })
  expect(untraced.api.triggered[0]!.payload).not.toHaveProperty('envelope.retryTraceparent')
})

test('also starts missing runs, if a job failed before it started all of its runs', async () => {
  const runs = [{ ...root, relatedRuns: { children: [child('ship', 'COMPLETED'), child('bill', 'FAILED')] } }]
  const { api, retry } = open([...runs, child('ship', 'COMPLETED'), child('bill', 'FAILED')])
  await retry()
  expect(api.triggered[0]!.payload).toMatchObject({ retry: { runs: { bill: 'run_bill' }, allBut: ['ship'] } })
})

test('starts the runs of all definitions of an unhandled job', async () => {
  const { api, retry } = open([{ ...root, status: 'COMPLETED', metadata: { job: { dispatched: {} } } }])
  await retry()
  expect(api.triggered[0]!.payload).toEqual({ envelope, retry: { jobId: 'run_1', runs: {}, allBut: [] } })
})

test('uses the only definition that is known here for a run without a record', async () => {
  const ship = defineJob({ id: 'ship', event: 'work.asked', handler: () => undefined })
  const { api, retry } = open([root], undefined, [ship])
  await retry()
  expect(api.triggered[0]!.payload).toMatchObject({ retry: { runs: { ship: 'run_1' } } })
  expect(api.triggered[0]!.payload).not.toHaveProperty('retry.allBut')
})

test('does nothing while another retry has not started its runs yet', async () => {
  const retried = { envelope, retry: { jobId: 'run_1', runs: { ship: 'run_1' } } }
  const { api, retry } = open([
    { ...inline, tags: [retriedByTag('run_2')] },
    { id: 'run_2', payload: retried, status: 'QUEUED' },
  ])
  await retry()
  expect(api.triggered).toEqual([])
})

describe('throws', () => {
  test('without triggering a run, if the failed run has no free tag', async () => {
    const tags = Array.from({ length: 10 }, (_, number) => `tag-${number}`)
    const { api, retry } = open([{ ...inline, tags }])
    const error = await retry().catch((thrown: unknown) => thrown)
    expect(UnsupportedFeatureError.isInstance(error)).toBe(true)
    expect(String(error)).toContain('`retryJob of a run with 10 tags`. The run run_1 has the maximum number of tags')
    expect(api.triggered).toEqual([])
    const free = open([{ ...inline, tags: tags.slice(1) }])
    await free.retry()
    expect(free.api.triggered).toHaveLength(1)
  })

  test('if the trigger fails, and says whether it may have succeeded', async () => {
    const { retry } = open([inline], {
      trigger() {
        throw new RequestFailure({
          problem: 'the server responded with 500',
          status: 500,
          mayHaveSucceeded: true,
          isTransient: true,
          isFromEngine: true,
        })
      },
    })
    const error = await retry().catch((thrown: unknown) => thrown)
    expect(RequestFailedError.isInstance(error)).toBe(true)
    expect(String(error)).toContain(
      'Failed to retry the job run_1 on `trigger.dev`: the server responded with 500. It may have taken effect',
    )
  })

  test('if the new run does not become visible', async () => {
    const { retry } = open([inline], { retrieve: (run, id) => (id === 'run_1' ? fakeRun(inline) : run) })
    const error = await retry().catch((thrown: unknown) => thrown)
    expect(String(error)).toContain(
      'the run run_made1 is not visible after 10000 ms. Trigger.dev has accepted the retry.',
    )
  })
})
