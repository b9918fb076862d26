import { describe, expect, test } from 'vitest'

import { createFakeApi, type FakeResponses } from '../../test/kit/fake-api.ts'
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
    readAt: createdAt,
    attemptCount: 1,
    ...more,
  }
}

function open(runs: readonly Partial<EngineRun>[], responses?: FakeResponses) {
  const api = createFakeApi(runs, responses)
  const clock = createFakeClock()
  const reader = createJobReader({ api, clock, jobs: () => undefined })
  return { api, clock, reader, read: (id = 'run_1') => clock.finish(reader.read(id)) }
}

test('reads a job with one request, and one more for each run that it started', async () => {
  const children = [runOf('ship'), runOf('bill')]
  const { api, read } = open([{ ...root, ...dispatched({}), relatedRuns: { children } }, ...children])
  expect((await read())!.runs.map(({ definitionId }) => definitionId)).toEqual(['bill', 'ship'])
  expect(api.requests).toEqual(['retrieve run_1', 'retrieve run_ship', 'retrieve run_bill'])
})

test("reads of another tenant's job only the first run, which names its tenant", async () => {
  const children = [runOf('ship')]
  const { api, clock, reader } = open([{ ...root, ...dispatched({}), relatedRuns: { children } }, ...children])
  expect(await clock.finish(reader.read('run_1', 'globex'))).toBeUndefined()
  expect(api.requests).toEqual(['retrieve run_1'])
  expect(await clock.finish(reader.read('run_1', 'acme'))).toMatchObject({ id: 'run_1', runs: [{ id: 'run_ship' }] })
})

test('returns runs in the order of their creation', async () => {
  const children = [runOf('late', { createdAt: new Date('2026-03-01T13:00:00Z') }), runOf('zebra'), runOf('ape')]
  const { read } = open([{ ...root, ...dispatched({}), relatedRuns: { children } }, ...children])
  expect((await read())!.runs.map(({ definitionId }) => definitionId)).toEqual(['ape', 'zebra', 'late'])
})

test('retries the read of a recorded run that is not visible yet', async () => {
  let requests = 0
  const { clock, read } = open([{ ...root, ...dispatched({ ship: 'run_ship' }) }, runOf('ship')], {
    retrieve: (run) => (run?.id === 'run_ship' && ++requests < 3 ? undefined : run),
  })
  expect(await read()).toMatchObject({ state: 'running', runs: [{ id: 'run_ship' }] })
  expect(clock.delays).toEqual([50, 150])
})

describe('an ended run whose metadata is not complete yet', () => {
  const begun = { definition: 'ship', attempt: 1, maxAttempts: 1, startedAt: 2000 }
  const error = { name: 'Declined', message: 'no money', code: 'declined' }

  test.each([
    ['completed', undefined, { ...begun, output: 'none' }, {}],
    ['completed', begun, { ...begun, output: 'empty text' }, { output: '' }],
    ['failed', undefined, { ...begun, failed: true, error }, { error: { code: 'declined' } }],
    ['failed', begun, { ...begun, failed: true, error }, { error: { code: 'declined' } }],
  ] as const)('is read again: %s', async (state, before, after, expected) => {
    let requests = 0
    const status = state === 'completed' ? 'COMPLETED' : 'FAILED'
    const { clock, read } = open([{ ...root, status }], {
      retrieve: (run) => run && { ...run, metadata: { job: ++requests > 2 ? after : before } },
    })
    expect(await read()).toMatchObject({ state, runs: [{ definitionId: 'ship', ...expected }] })
    expect(clock.delays).toEqual([30, 60])
  })

  test('is returned after a second if its host wrote no record', async () => {
    const { clock, read } = open([{ ...root, status: 'FAILED' }])
    expect(await read()).toMatchObject({ state: 'failed', runs: [{ definitionId: unknownDefinition }] })
    expect(clock.delays).toEqual([30, 60, 120, 240, 480])
  })

  test('is returned at once if its process crashed', async () => {
    const { clock, read } = open([{ ...root, status: 'CRASHED' }])
    expect(await read()).toMatchObject({ state: 'failed' })
    expect(clock.delays).toEqual([])
  })
})

test('treats a recorded run that stays invisible as queued', async () => {
  const done = runOf('bill', { status: 'COMPLETED' })
  const { read } = open([{ ...root, ...dispatched({ bill: 'run_bill', ship: 'run_ship' }) }, done])
  const { state, runs } = (await read())!
  expect(state).not.toBe('completed')
  expect(runs).toContainEqual({ id: 'run_ship', definitionId: 'ship', state: 'queued', attempts: 0, maxAttempts: 1 })
})

test('ignores child runs that do not belong to the job', async () => {
  const children = [
    runOf('ship', { taskIdentifier: eventTaskId('work.asked') }),
    runOf('bill', { tags: tagsOf({ tenantId: 'acme', event: 'work.asked', jobId: 'run_9' }) }),
  ]
  const { api, read } = open([{ ...root, ...dispatched({}), relatedRuns: { children } }, ...children])
  expect((await read())!.runs).toEqual([])
  expect(api.requests).toEqual(['retrieve run_1'])
})

describe('an id', () => {
  test.each(['', 'job_1', 'run_', 'run_a/b', 'run_1?x', '01JQDAE4RQF8MBCR55T5A00001'])(
    'like `%s` is not requested',
    async (id) => {
      const { api, read } = open([])
      expect(await read(id)).toBeUndefined()
      expect(api.requests).toEqual([])
    },
  )

  test('that is unknown is requested three times, because a new run may not be visible yet', async () => {
    const { api, clock, read } = open([])
    expect(await read()).toBeUndefined()
    expect(api.requests).toEqual(['retrieve run_1', 'retrieve run_1', 'retrieve run_1'])
    expect(clock.delays).toEqual([50, 150])
  })

  test.each<[string, Partial<EngineRun>]>([
    ['a task of another kind', { taskIdentifier: 'my-own-task' }],
    ["a definition's own task", { taskIdentifier: jobTaskId('ship') }],
    ['a retry', { payload: { envelope, retry: { jobId: 'run_0', runs: {} } } }],
    ['an event without a tenant', { payload: { envelope: null } }],
  ])('of a run of %s is not a job', async (_, more) => {
    const { read } = open([{ ...root, ...more }])
    expect(await read()).toBeUndefined()
  })

  test('of a run that was triggered without this library is a job of the tenant in its payload', async () => {
    const { read } = open([{ ...root, payload: { tenantId: 'acme', number: 1 } }])
    expect(await read()).toMatchObject({
      event: 'work.asked',
      tenantId: 'acme',
      createdAt: new Date('2026-03-01T12:00:00Z'),
    })
  })

  test('of a run whose payload is a JSON string is a job', async () => {
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
  const retryRun = (id: string, more: Partial<EngineRun> = {}) => ({ id, payload: { envelope, retry }, ...more })

  test('ignores the retries of the job that it was replayed from', async () => {
    const ofAnother = { jobId: 'run_0', runs: { ship: 'run_0' } }
    const theirs = { ...dispatched({ ship: 'run_b' }), id: 'run_2', payload: { envelope, retry: ofAnother } }
    const copy = { ...first, tags: [retriedByTag('run_2')] }
    const { read } = open([copy, theirs, runOf('ship', { id: 'run_b' })])
    expect((await read())!.runs.map(({ id }) => id)).toEqual(['run_1'])
    const tags = [retriedByTag('run_2'), retriedByTag('run_3')]
    const retried = open([
      { ...copy, tags },
      theirs,
      retryRun('run_3', dispatched({ ship: 'run_c' })),
      runOf('ship', { id: 'run_c' }),
    ])
    expect((await retried.read())!.runs.map(({ id }) => id)).toEqual(['run_1', 'run_c'])
  })

  test('ignores a tag that does not name a run', async () => {
    const { api, read } = open([{ ...first, tags: ['retried-by:../tasks'] }])
    expect(await read()).toMatchObject({ state: 'failed' })
    expect(api.requests).toEqual(['retrieve run_1'])
  })

  test('ends with the last retry that exists, even if the tags form a cycle', async () => {
    const missing = open([{ ...first, tags: [retriedByTag('run_2')] }])
    expect(await missing.read()).toMatchObject({ state: 'failed' })
    const { reader, clock } = open([
      { ...first, tags: [retriedByTag('run_2')] },
      retryRun('run_2', { ...dispatched({}), tags: [retriedByTag('run_1')] }),
    ])
    expect(await clock.finish(reader.eventRuns('run_1'))).toHaveLength(2)
  })
})

describe('a run that `step.restart` began again', () => {
  const begun = { definition: 'ship', attempt: 1, maxAttempts: 1, startedAt: 2000 }
  /** The run of a restart, which is restarted in turn unless it is the last of `count`. */
  const anew = (number: number, count: number): EngineRun => {
    const createdAt = new Date(Date.parse('2026-03-01T12:00:01Z') + number)
    const restartedAs = number < count && { restartedAs: `run_ship${number + 1}`, output: 'none' }
    return runOf('ship', {
      ...{
        id: number === 0 ? 'run_ship' : `run_ship${number}`,
        createdAt,
        metadata: { job: { ...begun, ...restartedAs } },
      },
      ...(number < count && { status: 'COMPLETED' }),
    })
  }

  test('is shown as its newest run', async () => {
    const runs = [0, 1].map((number) => anew(number, 1))
    const { api, read } = open([{ ...root, ...dispatched({ ship: 'run_ship' }) }, ...runs])
    expect(await read()).toMatchObject({ state: 'running', runs: [{ id: 'run_ship1', state: 'running' }] })
    expect(api.requests).toEqual(['retrieve run_1', 'retrieve run_ship', 'retrieve run_ship1'])
  })

  test('is shown as its newest run if it is the run of the event', async () => {
    const { read } = open([{ ...root, status: 'COMPLETED', metadata: anew(0, 1).metadata! }, anew(1, 1)])
    expect(await read()).toMatchObject({ state: 'running', runs: [{ id: 'run_ship1', state: 'running' }] })
  })

  test('is read with few requests after many restarts, also from a list that lags behind', async () => {
    const runs = Array.from({ length: 100 }, (_, number) => anew(number, 99))
    const { api, read } = open([{ ...root, ...dispatched({ ship: 'run_ship' }) }, ...runs], {
      list: () => ({ runs: [runs[97]!] }),
    })
    expect(await read()).toMatchObject({ runs: [{ id: 'run_ship99' }] })
    expect(api.requests.slice(2)).toEqual([
      ...['retrieve run_ship1', 'list {"tag":"restart-of:run_ship","limit":1}'],
      ...['retrieve run_ship97', 'retrieve run_ship98', 'retrieve run_ship99'],
    ])
  })

  test('is open until its next run is visible', async () => {
    const { read } = open([{ ...root, ...dispatched({ ship: 'run_ship' }) }, anew(0, 1)])
    expect(await read()).toMatchObject({ state: 'queued', runs: [{ id: 'run_ship1', definitionId: 'ship' }] })
  })
})
