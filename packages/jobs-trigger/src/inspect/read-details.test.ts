import { describe, expect, test } from 'vitest'

import { createFakeApi, type FakeResponses } from '../../test/kit/fake-api.ts'
import { createFakeClock } from '../../test/kit/fake-clock.ts'
import type { EngineRun } from '../api/engine-shapes.ts'
import { readDetails } from './read-details.ts'

const at = (second: number) => new Date(Date.UTC(2026, 0, 1) + second * 1000)
const envelope = { v: 1, id: 'x', event: 'work.asked', tenantId: 'acme', payload: { tenantId: 'acme' }, sentAt: 1000 }
const record = (definition: string, more = {}) => ({ definition, attempt: 1, maxAttempts: 3, startedAt: 2000, ...more })

function eventRun(more: Partial<EngineRun> = {}): Partial<EngineRun> {
  const times = { createdAt: at(0), finishedAt: at(9), readAt: at(3600) }
  return { id: 'run_1', status: 'COMPLETED', payload: { envelope }, ...times, ...more }
}

function child(name: string, more: Partial<EngineRun> = {}): Partial<EngineRun> {
  return {
    id: `run_1${name}`,
    taskIdentifier: `job-${name}`,
    status: 'COMPLETED',
    tags: ['job:run_1'],
    createdAt: at(1),
    startedAt: at(1),
    finishedAt: at(2),
    updatedAt: at(2),
    metadata: { job: record(name, { output: 'whole', outputCopy: `${name} copied` }) },
    output: `${name} done`,
    ...more,
  }
}

/** An event's run with runs of these definitions, as its own read shows them. */
function dispatching(children: readonly Partial<EngineRun>[], more: Partial<EngineRun> = {}): Partial<EngineRun> {
  const dispatched = Object.fromEntries(children.map(({ id, taskIdentifier }) => [taskIdentifier!.slice(4), id]))
  const listed = children.map(({ output: _, error: _none, payload: _no, ...one }) => one)
  return eventRun({ metadata: { job: { dispatched } }, relatedRuns: { children: listed as never }, ...more })
}

/** Reads `run_1` from a server with these runs. */
async function read(runs: readonly Partial<EngineRun>[], responses?: FakeResponses) {
  const api = createFakeApi(runs, responses)
  const clock = createFakeClock()
  const details = await clock.finish(readDetails('run_1', { api, clock, jobs: undefined }))
  expect(api.requests.length).toBeLessThanOrEqual(2)
  return { details, requests: api.requests }
}

describe('a job', () => {
  test('whose own run makes the attempts takes one request', async () => {
    const metadata = { job: record('work', { output: 'whole' }) }
    const { details, requests } = await read([eventRun({ metadata, output: 'done' })])
    expect(details).toMatchObject({ payload: { tenantId: 'acme' }, runs: [{ definitionId: 'work', output: 'done' }] })
    expect(requests).toHaveLength(1)
  })

  test('with one other run reads it whole', async () => {
    const { details, requests } = await read([dispatching([child('a')]), child('a')])
    expect(details!.runs).toMatchObject([{ definitionId: 'a', output: 'a done' }])
    expect(requests).toEqual(['retrieve run_1', 'retrieve run_1a'])
  })

  test('of another tenant takes one request, which names its tenant', async () => {
    const api = createFakeApi([dispatching([child('a')]), child('a')])
    const clock = createFakeClock()
    const detailsFor = (tenantId: string) =>
      clock.finish(readDetails('run_1', { api, clock, jobs: undefined }, tenantId))
    expect(await detailsFor('globex')).toBeUndefined()
    expect(api.requests).toEqual(['retrieve run_1'])
    expect(await detailsFor('acme')).toMatchObject({ tenantId: 'acme', runs: [{ output: 'a done' }] })
  })

  test('with several other runs has them as its own run lists them, with short outputs and stacks', async () => {
    const error = { name: 'Error', message: 'no stock' }
    const failure = record('b', { failed: true, error, stackCopy: 'Error: no stock\n    at ship' })
    const runs = [child('a'), child('b', { status: 'FAILED', metadata: { job: failure } }), child('c')]
    const { details, requests } = await read([dispatching(runs), ...runs])
    expect(details).toMatchObject({
      state: 'failed',
      runs: [
        { output: 'a copied' },
        { error: { ...error, stack: 'Error: no stock\n    at ship' } },
        { output: 'c copied' },
      ],
    })
    expect(requests).toEqual(['retrieve run_1'])
  })

  test('that was retried has the runs of the retry, as its event run lists them', async () => {
    const tags = ['jobs', 'retried-by:run_r']
    const failing = record('a', { failed: true, error: { name: 'Error', message: 'no' } })
    const first = child('a', { status: 'FAILED', metadata: { job: failing } })
    const second = child('a', { id: 'run_1a2', createdAt: at(21) })
    const payload = { envelope, retry: { jobId: 'run_1', runs: { a: 'run_1a' } } }
    const retry = dispatching([second], { id: 'run_r', tags: ['job:run_1'], createdAt: at(20), payload })
    const { details } = await read([dispatching([first], { tags }), first, retry, second])
    expect(details).toMatchObject({
      state: 'completed',
      runs: [
        { id: 'run_1a', state: 'failed' },
        { id: 'run_1a2', state: 'completed', retryOf: 'run_1a' },
      ],
    })
  })

  test('ignores links to the retries of other jobs, and follows each of its own once', async () => {
    const tags = ['jobs', 'retried-by:../x', 'retried-by:run_r']
    const payload = { envelope, retry: { jobId: 'run_1', runs: {} } }
    const retry = dispatching([child('a')], { id: 'run_r', tags: ['retried-by:run_r', 'retried-by:run_1'], payload })
    const { details, requests } = await read([eventRun({ tags, metadata: { job: record('a') } }), retry])
    expect(details!.runs.map(({ id }) => id)).toEqual(['run_1', 'run_1a'])
    const foreign = eventRun({ id: 'run_r', payload: { envelope, retry: { jobId: 'run_9', runs: {} } } })
    const others = await read([eventRun({ tags, metadata: { job: record('a', { output: 'none' }) } }), foreign])
    expect(others.details!.runs.map(({ id }) => id)).toEqual(['run_1'])
    expect(requests.concat(others.requests)).toEqual([
      'retrieve run_1',
      'retrieve run_r',
      'retrieve run_1',
      'retrieve run_r',
    ])
  })

  test('that is not visible yet, or has just ended, gets a second look', async () => {
    const metadata = { job: record('work', { output: 'none' }) }
    for (const early of [undefined, { metadata: { job: record('work') } }]) {
      let looks = 0
      const retrieve: FakeResponses['retrieve'] = (run) =>
        ++looks > 1 ? run : early && { ...run!, ...early, readAt: at(9) }
      const { details } = await read([eventRun({ metadata })], { retrieve })
      expect([details?.state, looks]).toEqual(['completed', 2])
    }
  })

  test('that got a second look has its other run only as its own run lists it', async () => {
    let looks = 0
    const retrieve: FakeResponses['retrieve'] = (run) => (++looks > 1 ? run : undefined)
    const { details } = await read([dispatching([child('a')]), child('a')], { retrieve })
    expect(details!.runs).toMatchObject([{ output: 'a copied' }])
  })

  test('that does not exist, or is no job, is `undefined`', async () => {
    expect((await read([])).details).toBeUndefined()
    expect((await read([eventRun({ taskIdentifier: 'my-own-task', metadata: {} })])).details).toBeUndefined()
  })

  test('of a workflow names the jobs that its steps have sent', async () => {
    const step = { state: 'completed', attempts: 1, startedAt: 1 }
    const steps = [
      { ...step, key: 'tell', kind: 'sendEvent', output: { id: 'run_sent' } },
      { ...step, key: 'pay', kind: 'run', output: { id: 'order_1' } },
      { ...step, key: 'call', kind: 'runJob', jobId: 'run_called', state: 'waiting' },
      { ...step, key: 'next', kind: 'runJob', state: 'running' },
    ]
    const metadata = { job: record('work'), workflow: { origin: 'run_1', steps, ended: 2 } }
    const { details } = await read([eventRun({ status: 'EXECUTING', metadata })])
    expect(details!.children).toEqual(['run_sent', 'run_called'])
  })
})

describe('the attempts of a run', () => {
  const historyOf = async (more: Partial<EngineRun>) => {
    const { details } = await read([eventRun({ attemptCount: 0, ...more })])
    return details!.runs[0]?.attemptHistory
  }
  const error = { name: 'Error', message: 'no' }

  test('are one that runs', async () => {
    const job = record('work')
    expect(await historyOf({ status: 'EXECUTING', attemptCount: 1, metadata: { job } })).toEqual([
      { number: 1, dueAt: at(0), startedAt: new Date(2000) },
    ])
  })

  test('include the one that is due, and the times and error of each before', async () => {
    const past = [{ number: 1, begunAt: 2000, endedAt: 3000, error }]
    const job = record('work', { attempt: 2, begunAt: 4000, dueAt: 4000, endedAt: 5000, retryAt: 9000, error, past })
    expect(await historyOf({ status: 'EXECUTING', attemptCount: 2, metadata: { job } })).toEqual([
      { number: 1, dueAt: at(0), startedAt: new Date(2000), endedAt: new Date(3000), error },
      { number: 2, dueAt: new Date(4000), startedAt: new Date(4000), endedAt: new Date(5000), error },
      { number: 3, dueAt: new Date(9000) },
    ])
  })

  test('have only a number if their processes died before they left a record', async () => {
    const failure = { message: 'trigger.dev internal error (TASK_PROCESS_EXITED_WITH_NON_ZERO_CODE)' }
    const job = record('work')
    expect(await historyOf({ status: 'CRASHED', attemptCount: 3, metadata: { job }, error: failure })).toEqual([
      { number: 1, dueAt: at(0), startedAt: new Date(2000) },
      { number: 2 },
      { number: 3, endedAt: at(9), error: { name: 'Error', ...failure } },
    ])
  })

  test('of a delayed job are due when it is', async () => {
    const delayed = child('a', { status: 'DELAYED', delayedUntil: at(60), metadata: {}, attemptCount: 0 })
    const { details } = await read([dispatching([delayed]), delayed])
    expect(details!.runs[0]!.attemptHistory).toEqual([{ number: 1, dueAt: at(60) }])
  })

  test('are none if it was cancelled before the first', async () => {
    const cancelled = child('a', { status: 'CANCELED', startedAt: undefined, metadata: {}, attemptCount: 0 })
    const { details } = await read([dispatching([cancelled]), cancelled])
    expect(details!.runs[0]).toMatchObject({ state: 'cancelled', attemptHistory: [] })
  })
})
