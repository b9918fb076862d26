import { describe, expect, test } from 'vitest'

import { createFakeApi, type FakeAnswers } from '../../test/kit/fake-api.ts'
import { createFakeClock } from '../../test/kit/fake-clock.ts'
import type { EngineRun } from '../api/engine-shapes.ts'
import { retriedByTag, tagsOf } from '../wire/tags.ts'
import { eventTaskId, jobTaskId } from '../wire/task-id.ts'
import { createJobReader } from './job-reader.ts'
import { unknownDefinition } from './to-job-status.ts'

const envelope = { v: 1, id: 'x', event: 'work.asked', tenantId: 'acme', payload: { tenantId: 'acme' }, sentAt: 1000 }
const root: Partial<EngineRun> = { id: 'run_1', payload: { envelope } }
const dispatched = (runs: Record<string, string>) =>
  ({ status: 'COMPLETED', metadata: { job: { dispatched: runs } } }) as const

function runOf(definition: string, more: Partial<EngineRun> = {}): EngineRun {
  const createdAt = new Date('2026-03-01T12:00:01Z')
  return {
    id: `run_${definition}`,
    taskIdentifier: jobTaskId(definition),
    status: 'EXECUTING',
    tags: tagsOf({ tenantId: 'acme', event: 'work.asked', jobId: 'run_1', definitionId: definition }),
    payload: { envelope, jobId: 'run_1' },
    createdAt,
    updatedAt: createdAt,
    attemptCount: 1,
    ...more,
  }
}

function open(runs: readonly Partial<EngineRun>[], answers?: FakeAnswers) {
  const api = createFakeApi(runs, answers)
  const clock = createFakeClock()
  const reader = createJobReader({ api, clock, jobs: () => undefined })
  return { api, clock, reader, read: (id = 'run_1') => clock.finish(reader.read(id)) }
}

test('a job is read by one request, and one more for each run that it made', async () => {
  const children = [runOf('ship'), runOf('bill')]
  const { api, read } = open([{ ...root, ...dispatched({}), relatedRuns: { children } }, ...children])
  expect((await read())!.runs.map(({ definitionId }) => definitionId)).toEqual(['bill', 'ship'])
  expect(api.asked).toEqual(['retrieve run_1', 'retrieve run_ship', 'retrieve run_bill'])
})

test('its runs come in the order in which they were made', async () => {
  const children = [runOf('late', { createdAt: new Date('2026-03-01T13:00:00Z') }), runOf('zebra'), runOf('ape')]
  const { read } = open([{ ...root, ...dispatched({}), relatedRuns: { children } }, ...children])
  expect((await read())!.runs.map(({ definitionId }) => definitionId)).toEqual(['ape', 'zebra', 'late'])
})

test('runs that its host told of are asked for again, as new ones may not be everywhere yet', async () => {
  let asked = 0
  const { clock, read } = open([{ ...root, ...dispatched({ ship: 'run_ship' }) }, runOf('ship')], {
    retrieve: (run) => (run?.id === 'run_ship' && ++asked < 3 ? undefined : run),
  })
  expect(await read()).toMatchObject({ state: 'running', runs: [{ id: 'run_ship' }] })
  expect(clock.delays).toEqual([50, 150])
})

describe('a run whose end is shown before what its host told of it', () => {
  const begun = { definition: 'ship', attempt: 1, maxAttempts: 1, startedAt: 2000 }
  const error = { name: 'Declined', message: 'no money', code: 'declined' }

  test.each([
    ['completed', undefined, { ...begun, output: 'none' }, {}],
    ['completed', begun, { ...begun, output: 'empty text' }, { output: '' }],
    ['failed', undefined, { ...begun, failed: true, error }, { error: { code: 'declined' } }],
    ['failed', begun, { ...begun, failed: true, error }, { error: { code: 'declined' } }],
  ] as const)('is asked for again: %s', async (state, before, after, told) => {
    let asked = 0
    const status = state === 'completed' ? 'COMPLETED' : 'FAILED'
    const { clock, read } = open([{ ...root, status }], {
      retrieve: (run) => run && { ...run, metadata: { job: ++asked > 2 ? after : before } },
    })
    expect(await read()).toMatchObject({ state, runs: [{ definitionId: 'ship', ...told }] })
    expect(clock.delays).toEqual([30, 60])
  })

  test('is taken for what it is after a second, where its host told nothing', async () => {
    const { clock, read } = open([{ ...root, status: 'FAILED' }])
    expect(await read()).toMatchObject({ state: 'failed', runs: [{ definitionId: unknownDefinition }] })
    expect(clock.delays).toEqual([30, 60, 120, 240, 480])
  })

  test('is not waited for where its process had no time for a word', async () => {
    const { clock, read } = open([{ ...root, status: 'CRASHED' }])
    expect(await read()).toMatchObject({ state: 'failed' })
    expect(clock.delays).toEqual([])
  })
})

test('one of them that is not to be seen at all waits, and so does the job', async () => {
  const done = runOf('bill', { status: 'COMPLETED' })
  const { read } = open([{ ...root, ...dispatched({ bill: 'run_bill', ship: 'run_ship' }) }, done])
  const { state, runs } = (await read())!
  expect(state).not.toBe('completed')
  expect(runs).toContainEqual({ id: 'run_ship', definitionId: 'ship', state: 'queued', attempts: 0, maxAttempts: 1 })
})

test('children that are not of the job are none of its runs', async () => {
  const children = [
    runOf('ship', { taskIdentifier: eventTaskId('work.asked') }),
    runOf('bill', { tags: tagsOf({ tenantId: 'acme', event: 'work.asked', jobId: 'run_9' }) }),
  ]
  const { api, read } = open([{ ...root, ...dispatched({}), relatedRuns: { children } }, ...children])
  expect((await read())!.runs).toEqual([])
  expect(api.asked).toEqual(['retrieve run_1'])
})

describe('an id', () => {
  test.each(['', 'job_1', 'run_', 'run_a/b', 'run_1?x', '01JQDAE4RQF8MBCR55T5A00001'])(
    'like `%s` is not asked for',
    async (id) => {
      const { api, read } = open([])
      expect(await read(id)).toBeUndefined()
      expect(api.asked).toEqual([])
    },
  )

  test('that is unknown is asked for three times, as a new run may not be everywhere yet', async () => {
    const { api, clock, read } = open([])
    expect(await read()).toBeUndefined()
    expect(api.asked).toEqual(['retrieve run_1', 'retrieve run_1', 'retrieve run_1'])
    expect(clock.delays).toEqual([50, 150])
  })

  test.each<[string, Partial<EngineRun>]>([
    ['a task of another kind', { taskIdentifier: 'my-own-task' }],
    ["a definition's own task", { taskIdentifier: jobTaskId('ship') }],
    ['a retry', { payload: { envelope, retry: { jobId: 'run_0', runs: {} } } }],
    ['nobody', { payload: { envelope: null } }],
  ])('of a run of %s is no job', async (_, more) => {
    const { read } = open([{ ...root, ...more }])
    expect(await read()).toBeUndefined()
  })

  test('of a run that somebody triggered without this library is a job of the tenant that its payload names', async () => {
    const { read } = open([{ ...root, payload: { tenantId: 'acme', number: 1 } }])
    expect(await read()).toMatchObject({
      event: 'work.asked',
      tenantId: 'acme',
      createdAt: new Date('2026-03-01T12:00:00Z'),
    })
  })

  test('of a payload that came as text, which the SDK could not have carried otherwise, is a job', async () => {
    const { read } = open([{ ...root, payload: JSON.stringify({ envelope }) }])
    expect(await read()).toMatchObject({ event: 'work.asked', tenantId: 'acme' })
  })
})

describe('a job that was retried', () => {
  const retry = { jobId: 'run_1', runs: { ship: 'run_1' } }
  const first = {
    ...root,
    status: 'FAILED',
    metadata: { job: { definition: 'ship', attempt: 1, maxAttempts: 1, startedAt: 2000, failed: true } },
  } as const
  const link = (id: string, more: Partial<EngineRun> = {}) => ({ id, payload: { envelope, retry }, ...more })

  test('is not followed into the retries of the job that it is a copy of', async () => {
    const ofAnother = { jobId: 'run_0', runs: { ship: 'run_0' } }
    const theirs = { ...dispatched({ ship: 'run_b' }), id: 'run_2', payload: { envelope, retry: ofAnother } }
    const copy = { ...first, tags: [retriedByTag('run_2')] }
    const { read } = open([copy, theirs, runOf('ship', { id: 'run_b' })])
    expect((await read())!.runs.map(({ id }) => id)).toEqual(['run_1'])
    const tags = [retriedByTag('run_2'), retriedByTag('run_3')]
    const retried = open([
      { ...copy, tags },
      theirs,
      link('run_3', dispatched({ ship: 'run_c' })),
      runOf('ship', { id: 'run_c' }),
    ])
    expect((await retried.read())!.runs.map(({ id }) => id)).toEqual(['run_1', 'run_c'])
  })

  test('is led nowhere by a tag that names no run', async () => {
    const { api, read } = open([{ ...first, tags: ['retried-by:../tasks'] }])
    expect(await read()).toMatchObject({ state: 'failed' })
    expect(api.asked).toEqual(['retrieve run_1'])
  })

  test('ends where the next retry is gone, or leads back', async () => {
    const gone = open([{ ...first, tags: [retriedByTag('run_2')] }])
    expect(await gone.read()).toMatchObject({ state: 'failed' })
    const { reader, clock } = open([
      { ...first, tags: [retriedByTag('run_2')] },
      link('run_2', { ...dispatched({}), tags: [retriedByTag('run_1')] }),
    ])
    expect(await clock.finish(reader.eventRuns('run_1'))).toHaveLength(2)
  })
})
