import { defineJob, defineWorkflow, type Definition } from '@cgk-platform/jobs-core'
import '@cgk-platform/test-kit/work'
import { metadata } from '@trigger.dev/sdk'
import { afterEach, expect, test, vi } from 'vitest'

import { envelopeOf } from '../../test/kit/envelope-of.ts'
import { createFakeEngine } from '../../test/kit/fake-engine.ts'
import { openTasks } from '../../test/kit/open-tasks.ts'
import { awaitAllTagOf, awaitTagsOf, eventWaitKey } from '../wire/wait-keys.ts'

afterEach(() => vi.unstubAllGlobals())

const taskId = 'event-work__asked'
const envelope = envelopeOf()
const { sentAt } = envelope

/**
 * Opens tasks with an open wait. It began after the event was sent by its worker's clock, but before by the server's.
 */
async function open(handles = true) {
  const completed: string[] = []
  const recorded: unknown[] = []
  const job = defineJob({ id: 'work', event: 'work.asked', handler: () => undefined }) as unknown as Definition
  const flow = defineWorkflow({ id: 'flow', event: 'work.followed', steps: () => undefined }) as unknown as Definition
  const token = {
    id: 'waitpoint_1',
    status: 'WAITING',
    idempotencyKey: eventWaitKey({ runId: 'run_a', startedAt: sentAt + 20_000, until: sentAt + 80_000 }, 'answer'),
    tags: [
      ...(await awaitTagsOf('work.asked', envelope.tenantId)),
      await awaitAllTagOf('work.asked', envelope.tenantId),
    ],
    createdAt: new Date(4000).toISOString(), // a second before the event's run
  }
  const engine = createFakeEngine(({ method, url }) => {
    if (!url.pathname.startsWith('/api/v1/waitpoints')) return undefined
    recorded.push(metadata.current()?.['job'])
    if (method === 'POST') completed.push(url.pathname)
    const isWaits = token.tags.some((tag) => url.searchParams.get('filter[tags]')?.split(',').includes(tag))
    return { body: { data: isWaits ? [token] : [], pagination: {} } }
  })
  return { ...(await openTasks(handles ? [job, flow] : [flow], { engine })), completed, recorded }
}

test('completes a wait whose token is older than the event by the server’s clock', async () => {
  const { attempt, completed } = await open()
  await attempt(taskId, { payload: { envelope } })
  expect(completed).toEqual(['/api/v1/waitpoints/tokens/waitpoint_1/complete'])
})

test('records that an event started no run only once it knows that a workflow waited for it', async () => {
  const { attempt, recorded } = await open(false)
  const { metadata: ended } = await attempt(taskId, { payload: { envelope } })
  expect(new Set(recorded)).toEqual(new Set([undefined]))
  expect(ended).toEqual({ job: { dispatched: {}, awaited: true } })
})

test('uses the original send time of a job that is retried manually', async () => {
  const { attempt, completed } = await open()
  await attempt(taskId, { payload: { envelope, retry: { jobId: 'run_0', runs: { work: 'run_failed' } } } })
  expect(completed).toEqual([])
})

test('a burst of events takes one request in a project with a workflow, if none waits', async () => {
  const requests: string[] = []
  const engine = createFakeEngine(({ method, url }) => {
    if (url.pathname.endsWith('/metadata')) return undefined // sent by an attempt that takes long
    requests.push(`${method} ${url.pathname}`)
    return { body: { data: [], pagination: {} } }
  })
  const job = defineJob({ id: 'work', event: 'work.asked', handler: () => undefined })
  const flow = defineWorkflow({ id: 'flow', event: 'work.followed', steps: () => undefined })
  const { attempt } = await openTasks([job, flow] as unknown as Definition[], { engine })
  for (const runId of ['run_1', 'run_2', 'run_3']) await attempt(taskId, { runId, payload: { envelope } })
  expect(requests).toEqual(['GET /api/v1/waitpoints/tokens'])
})
