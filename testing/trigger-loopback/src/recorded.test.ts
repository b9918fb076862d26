import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { DevDequeueResponseBody, DevDisconnectResponseBody, WaitForDurationResponseBody } from '@trigger.dev/core/v3'
import {
  WorkloadRunAttemptCompleteResponseBody,
  WorkloadRunAttemptStartResponseBody,
  WorkloadRunLatestSnapshotResponseBody,
} from '@trigger.dev/core/v3/workers'
import { describe, expect, it } from 'vitest'

import type { Schema } from './endpoint.ts'
import { type Completion, failure, openLoopback, type OpenLoopback, success } from './open-loopback.ts'
import { shapeOf } from './recorded-shape.ts'

// Recorded from the open-source server, packages 4.5.12, with one development environment and the CLI 4.8.3.
const load = (name: string) => JSON.parse(readFileSync(join(import.meta.dirname, `recordings/${name}.json`), 'utf8'))

interface RecordedAnswer {
  readonly name: string
  readonly on: 'none' | RunState
  readonly method: string
  readonly path: string
  readonly body?: unknown
  readonly status: number
  readonly headers?: Record<string, string>
  readonly answer: unknown
}

const crash = (code: string) => ({ ok: false, error: { type: 'INTERNAL_ERROR', code } }) as Completion
const cancelled: Completion = { ok: false, error: { type: 'INTERNAL_ERROR', code: 'TASK_RUN_CANCELLED' } }
const failed: Completion = {
  ok: false,
  error: {
    type: 'BUILT_IN_ERROR',
    name: 'Error',
    message: 'boom {"z":1}',
    stackTrace: 'Error: boom {"z":1}\n    at run',
  },
}
const object: Completion = {
  ok: true,
  output: '{"got":{"a":[1]},"run":"run_1","attempt":1}',
  outputType: 'application/json',
}

/** Steps that bring a run into each recorded state. */
const states = {
  delayed: ({ trigger }: Steps) => trigger({ delay: '1h' }),
  queued: ({ trigger }: Steps) => trigger({}),
  async expired({ client, trigger }: Steps) {
    const id = await trigger({ ttl: '1s' })
    await expect.poll(async () => (await client.retrieveRun(id)).status).toBe('EXPIRED')
    return id
  },
  async executing({ trigger, start }: Steps, options: object = {}) {
    const id = await trigger(options)
    await start()
    return id
  },
  completed: (steps: Steps) => end(steps, object),
  failed: (steps: Steps) => end(steps, failed),
  crashed: (steps: Steps) => end(steps, crash('TASK_PROCESS_EXITED_WITH_NON_ZERO_CODE'), { maxAttempts: 1 }),
  timedOut: (steps: Steps) => end(steps, crash('MAX_DURATION_EXCEEDED')),
  requeued: (steps: Steps) => end(steps, failure(40_000)),
  async waiting(steps: Steps) {
    const id = await states.executing(steps)
    await steps.client.waitForDuration(id, { date: new Date(Date.now() + 60_000) })
    return id
  },
  async pendingVersion({ client, dequeue }: Steps) {
    const { id } = await client.triggerTask('no-such-task', { payload: {} })
    await dequeue()
    return id
  },
  async cancelled(steps: Steps) {
    const id = await states.delayed(steps)
    await steps.client.cancelRun(id)
    return id
  },
  async cancelling(steps: Steps) {
    const id = await states.executing(steps)
    await steps.client.cancelRun(id)
    return id
  },
  async cancelledByWorker(steps: Steps) {
    const id = await states.cancelling(steps)
    await completeLatest(steps, id, cancelled)
    return id
  },
  async child(steps: Steps) {
    const parentRunId = await states.executing(steps, { tags: ['parent'] })
    const id = await end(steps, object, { parentRunId, resumeParentOnCompletion: true })
    const continued = async () => (await latest(steps, parentRunId)).execution.snapshot.executionStatus
    await expect.poll(continued).toBe('EXECUTING')
    await completeLatest(steps, parentRunId, { ...object })
    return id
  },
}
type RunState = keyof typeof states

interface Steps extends OpenLoopback {
  trigger(options: object): Promise<string>
}

async function open(): Promise<Steps> {
  const loopback = await openLoopback({ listLagMs: 0 })
  await loopback.register({ retry: { maxAttempts: 3, minTimeoutInMs: 500, factor: 1 }, maxDuration: 300 })
  const trigger = async (options: object) =>
    (await loopback.client.triggerTask('task', { payload: { a: 1 }, options })).id
  return { ...loopback, trigger }
}

async function end(steps: Steps, completion: Completion, options: object = {}): Promise<string> {
  const id = await steps.trigger(options)
  await (await steps.start()).complete(completion)
  return id
}

async function latest({ request }: Steps, id: string) {
  return (await request('GET', `/engine/v1/dev/runs/${id}/snapshots/latest`)).body
}

async function completeLatest(steps: Steps, id: string, completion: Completion) {
  const { execution } = await latest(steps, id)
  const path = `/engine/v1/dev/runs/${id}/snapshots/${execution.snapshot.friendlyId}/attempts/complete`
  return (await steps.request('POST', path, { completion: { id, ...completion } })).body
}

const reads = load('reads')

describe('returns a run like the real server', () => {
  it.each(Object.keys(states) as RunState[])('%s', async (state) => {
    const steps = await open()
    const id = await states[state](steps)
    const { body } = await steps.request('GET', `/api/v3/runs/${id}`)
    // The payload and options differ between the cases.
    const sent = { payload: 0, tags: 0, output: 0, metadata: 0, idempotencyKey: 0, attemptCount: 0, ttl: 0, error: 0 }
    const recorded = { ...reads.runs[state], ...sent }
    expect(shapeOf({ ...body, ...sent })).toEqual(shapeOf(recorded))
    if (state !== 'failed') expect(body.error).toEqual(reads.runs[state].error)
    else expect(Object.keys(body.error)).toEqual(Object.keys(reads.runs.failed.error))
  })

  it('in a list', async () => {
    const steps = await open()
    await states.completed(steps)
    const { body } = await steps.request('GET', '/api/v1/runs')
    const used = Object.fromEntries(Object.keys(reads.listItem).map((key) => [key, body.data[0][key]]))
    const sent = { tags: 0, metadata: 0 }
    expect(shapeOf({ ...used, ...sent })).toEqual(shapeOf({ ...reads.listItem, ...sent }))
  })
})

describe('responds like the real server:', () => {
  const { cases } = load('answers') as { cases: RecordedAnswer[] }
  it.each(cases.map((each) => [each.name, each] as const))('%s', async (_name, recorded) => {
    const steps = await open()
    const id = recorded.on === 'none' ? 'run_unknown' : await states[recorded.on](steps)
    const path = recorded.path.replace('{run}', id).replace('/tasks/hello/', '/tasks/task/')
    const { status, body, headers } = await steps.request(recorded.method, path, recorded.body)
    expect(status).toBe(recorded.status)
    for (const [name, value] of Object.entries(recorded.headers ?? {})) expect(headers.get(name)).toBe(value)
    const details = { details: 0, issues: 0 } // the messages of another version of zod
    if (status >= 400) expect({ ...body, ...details }).toEqual({ ...(recorded.answer as object), ...details })
    else expect(Object.keys(body)).toEqual(expect.arrayContaining(Object.keys(recorded.answer as object)))
    if (status < 400 && recorded.path.endsWith('/tags')) expect(body).toEqual(recorded.answer)
    if (status < 400 && recorded.path.endsWith('/metadata')) expect(shapeOf(body)).toEqual(shapeOf(recorded.answer))
  })
})

describe('serves a worker like the real server:', () => {
  const worker = load('worker')
  const compare = (name: string, schema: Schema<unknown>, answer: unknown): void => {
    const [actual, expected] = [answer, worker[name]].map((each) => {
      const parsed = schema.safeParse(each) // omits the fields that Trigger.dev's client ignores
      if (!parsed.success) throw new Error(parsed.error.message)
      return JSON.parse(JSON.stringify(parsed.data))
    })
    expect(shapeOf(actual)).toEqual(shapeOf(expected))
  }

  it('dequeue and start', async () => {
    const { trigger, request, startAt } = await open()
    const id = await trigger({ tags: ['one'] })
    const { body } = await request('POST', '/engine/v1/dev/dequeue', { currentWorker: 'worker', oldWorkers: [] })
    compare('dequeue', DevDequeueResponseBody, body)
    const { attempt } = await startAt(id, body.dequeuedMessages[0].snapshot.friendlyId)
    compare('start', WorkloadRunAttemptStartResponseBody, attempt.body)
  })

  it.each([
    ['success', success],
    ['failed', failed],
    ['retryImmediately', failure(500)],
    ['retryQueued', failure(40_000)],
  ] as const)('complete: %s', async (name, completion) => {
    const steps = await open()
    await steps.trigger({})
    const { body } = await (await steps.start()).complete(completion)
    compare(name, WorkloadRunAttemptCompleteResponseBody, body)
  })

  it('a wait', async () => {
    const steps = await open()
    const id = await states.executing(steps)
    const date = new Date(Date.now() + 100)
    const { body } = await steps.request('POST', `/engine/v1/runs/${id}/wait/duration`, { date })
    compare('waitDuration', WaitForDurationResponseBody, body)
    compare('waiting', WorkloadRunLatestSnapshotResponseBody, await latest(steps, id))
    await expect.poll(async () => (await latest(steps, id)).execution.snapshot.executionStatus).toBe('EXECUTING')
    compare('continued', WorkloadRunLatestSnapshotResponseBody, await latest(steps, id))
  })

  it('a cancellation and a farewell', async () => {
    const steps = await open()
    const id = await states.cancelling(steps)
    compare('pendingCancel', WorkloadRunLatestSnapshotResponseBody, await latest(steps, id))
    compare('cancelled', WorkloadRunAttemptCompleteResponseBody, await completeLatest(steps, id, cancelled))
    const { body } = await steps.request('POST', '/engine/v1/dev/disconnect', { runFriendlyIds: [id] })
    compare('disconnect', DevDisconnectResponseBody, body)
  })
})
