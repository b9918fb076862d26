import { RequestFailedError } from '@cgk-platform/jobs-core/errors'
import { pause } from '@cgk-platform/jobs-core/provider'
import { describe, expect, test } from 'vitest'

import { createFakeApi, type FakeResponses } from '../../test/kit/fake-api.ts'
import { createFakeClock } from '../../test/kit/fake-clock.ts'
import { fakeRun } from '../../test/kit/fake-run.ts'
import type { EngineRun } from '../api/engine-shapes.ts'
import { createJobReader } from '../read/job-reader.ts'
import { tagsOf } from '../wire/tags.ts'
import { jobTaskId } from '../wire/task-id.ts'
import { cancelJob } from './cancel-job.ts'

const canceled = { status: 'CANCELED', error: { message: 'Canceled by user' } } as const
const finishedAt = new Date('2026-03-01T12:00:20Z')
const attempt = { definition: 'ship', attempt: 1, maxAttempts: 3, startedAt: 1000 }
const envelope = { v: 1, id: 'x', event: 'work.asked', tenantId: 'acme', payload: {}, sentAt: 1000 }
const root: Partial<EngineRun> = { id: 'run_1', payload: { envelope } }
function child(definition: string, status: EngineRun['status']): EngineRun {
  const tags = tagsOf({ tenantId: 'acme', event: 'work.asked', jobId: 'run_1' })
  return fakeRun({ id: `run_${definition}`, taskIdentifier: jobTaskId(definition), tags, status })
}

async function cancel(runs: readonly Partial<EngineRun>[], responses?: FakeResponses) {
  const api = createFakeApi(runs, responses)
  const clock = createFakeClock()
  const reader = createJobReader({ api, clock, jobs: () => undefined })
  const work = clock.finish(cancelJob('run_1', { api, clock, reader }))
  const error = await work.catch((thrown: unknown) => thrown)
  return { error, api, clock, cancelled: api.requests.filter((one) => one.startsWith('cancel')) }
}

test.each(['DELAYED', 'PENDING_VERSION', 'QUEUED', 'DEQUEUED', 'EXECUTING', 'WAITING'] as const)(
  'cancels the run of a job that is %s, and reads it again',
  async (status) => {
    const { error, api, cancelled } = await cancel([{ ...root, status }], {
      cancel: (run) => ({ ...run, ...canceled, finishedAt }),
    })
    expect(error).toBeUndefined()
    expect(cancelled).toEqual(['cancel run_1'])
    expect(api.requests.at(-1)).toBe('retrieve run_1')
  },
)

test('ignores a job that does not exist', async () => {
  expect(await cancel([])).toMatchObject({ error: undefined, cancelled: [] })
})

test('also cancels a run that was started during the cancel', async () => {
  const { error, cancelled } = await cancel([root], {
    cancel: (run) => {
      const children = run.id === 'run_1' ? [child('ship', 'QUEUED')] : []
      return { ...run, status: 'CANCELED', relatedRuns: { children } }
    },
    retrieve: (run, id) => run ?? (id === 'run_ship' ? child('ship', 'CANCELED') : undefined),
  })
  expect([error, cancelled]).toEqual([undefined, ['cancel run_1']])
})

describe('a run that does not end at once', () => {
  test('is cancelled again until it ends', async () => {
    let times = 0
    const { error, cancelled } = await cancel([root], {
      cancel: (run) => (++times < 3 ? run : { ...run, status: 'CANCELED' }),
    })
    expect([error, cancelled.length]).toEqual([undefined, 3])
  })

  test('may also complete', async () => {
    const { error } = await cancel([root], { cancel: (run) => ({ ...run, status: 'COMPLETED' }) })
    expect(error).toBeUndefined()
  })

  test('is reported in an error after 30 seconds', async () => {
    const { error } = await cancel([root], { cancel: (run) => run })
    expect(RequestFailedError.isInstance(error)).toBe(true)
    expect(String(error)).toContain(
      'Failed to cancel the job run_1 on `trigger.dev`: these runs have not ended after 30000 ms: run_1. Other runs of the job may be cancelled.',
    )
  })
})

test('waits for 30 seconds of elapsed time, even if the wall clock is set', async () => {
  for (const byMs of [-7_200_000, 7_200_000]) {
    const clock = createFakeClock()
    let cancels = 0
    const api = createFakeApi([root], {
      cancel: (run) => {
        if (++cancels === 2) clock.setWall(byMs)
        return run
      },
    })
    const reader = createJobReader({ api, clock, jobs: () => undefined })
    const beganAt = clock.elapsed!()
    const error: unknown = await clock.finish(cancelJob('run_1', { api, clock, reader })).catch((thrown) => thrown)
    expect(String(error)).toContain('have not ended after 30000 ms')
    expect(clock.elapsed!() - beganAt).toBeGreaterThanOrEqual(30_000)
    expect(clock.elapsed!() - beganAt).toBeLessThanOrEqual(32_000)
  }
})

test('cancels a job whose status could be read only after a long wait', async () => {
  const clock = createFakeClock()
  const api = createFakeApi([{ ...root, status: 'QUEUED', attemptCount: 0 }], {
    retrieve: async (run) => {
      await pause(clock, 60_000) // as after a response that the rate is limited
      return run
    },
  })
  const reader = createJobReader({ api, clock, jobs: () => undefined })
  await clock.finish(cancelJob('run_1', { api, clock, reader }))
  expect(api.runs.get('run_1')!.status).toBe('CANCELED')
})

describe('a refused mark', () => {
  async function cancelUnmarked(status: number) {
    const clock = createFakeClock()
    const fake = createFakeApi([{ ...root, status: 'QUEUED', attemptCount: 0 }])
    const refusal = new RequestFailedError({ provider: 'trigger.dev', operation: 'write', problem: 'refused', status })
    const api = { ...fake, setMetadata: () => Promise.reject(refusal) }
    const reader = createJobReader({ api, clock, jobs: () => undefined })
    const error: unknown = await clock.finish(cancelJob('run_1', { api, clock, reader })).catch((thrown) => thrown)
    return { isRefused: error === refusal, status: fake.runs.get('run_1')!.status }
  }

  test.each([404, 413, 422])('is ignored if the run is gone, full or ended: %i', async (status) => {
    expect(await cancelUnmarked(status)).toEqual({ isRefused: false, status: 'CANCELED' })
  })

  test.each([400, 401, 403, 408, 429, 503])('otherwise fails the cancel, and cancels nothing: %i', async (status) => {
    expect(await cancelUnmarked(status)).toEqual({ isRefused: true, status: 'QUEUED' })
  })
})

describe('a run whose handler is running', () => {
  const running = { ...root, status: 'EXECUTING', metadata: { job: attempt } } as const
  const succeeded = { metadata: { job: { ...attempt, output: 'none' } } }

  /** Returns the run in these states, one for each read after the cancel. */
  function afterCancel(...states: readonly Partial<EngineRun>[]): FakeResponses {
    let reads = 0
    return {
      retrieve: (run) =>
        run?.status === 'CANCELED' ? { ...run, ...states[Math.min(reads++, states.length - 1)] } : run,
    }
  }

  test.each<[string, Partial<EngineRun>]>([
    ['its worker has ended it', { finishedAt }],
    ['its worker reported a success, which the server accepts', { ...succeeded, status: 'COMPLETED', finishedAt }],
    ['a success that its worker reported was refused', succeeded],
    ['a failure that its worker reported was refused', { metadata: { job: { ...attempt, failed: true } } }],
  ])('is read until %s', async (_, last) => {
    const { error, api, cancelled } = await cancel([running], afterCancel({}, {}, {}, last))
    expect([error, cancelled]).toEqual([undefined, ['cancel run_1']])
    expect(api.requests.filter((one) => one === 'retrieve run_1')).toHaveLength(5)
  })

  test('is cancelled again if the server accepted the retry that its worker requested', async () => {
    const retrying = { metadata: { job: { ...attempt, retryAt: 2000 } } }
    const again = { ...retrying, status: 'EXECUTING', attemptCount: 2 } as const
    const { cancelled } = await cancel([running], afterCancel(retrying, again, { finishedAt }))
    expect(cancelled).toEqual(['cancel run_1', 'cancel run_1'])
  })

  test('is read for at most 30 seconds, because its worker may be gone', async () => {
    const { error, clock } = await cancel([running])
    expect(error).toBeUndefined()
    expect(clock.delays.reduce((sum, delay) => sum + delay)).toBeGreaterThanOrEqual(30_000)
  })

  test('is not read again while it waits for a retry in its process', async () => {
    const waiting = { ...running, metadata: { job: { ...attempt, retryAt: 2000 } } }
    const { api } = await cancel([waiting])
    expect(api.requests.filter((one) => one === 'retrieve run_1')).toHaveLength(2)
  })
})

describe('an event run that was cancelled during its execution', () => {
  test('is read until it is finished, and the runs that it still starts are cancelled', async () => {
    const ship = child('ship', 'QUEUED')
    let reads = 0
    const { error, api } = await cancel([root, ship], {
      cancel: (run) => ({ ...run, ...canceled }),
      retrieve: (run) => {
        if (run?.id !== 'run_1' || run.status !== 'CANCELED') return run
        reads++
        const started = reads > 2 ? { relatedRuns: { children: [ship] } } : {}
        return { ...run, ...started, ...(reads > 4 && { finishedAt }) }
      },
    })
    expect(error).toBeUndefined()
    expect(api.requests.filter((one) => one.startsWith('cancel'))).toEqual(['cancel run_1', 'cancel run_ship'])
    expect(reads).toBeGreaterThanOrEqual(5)
  })

  test('is read for two seconds after its end, while its process stops, and the runs that it still starts are cancelled', async () => {
    const ship = child('ship', 'QUEUED')
    let reads = 0
    const { error, api } = await cancel([{ ...root, status: 'EXECUTING' }, ship], {
      cancel: (run) => ({ ...run, ...canceled, finishedAt }),
      retrieve: (run) => {
        if (run?.id !== 'run_1' || run.status !== 'CANCELED') return run
        return ++reads > 8 ? { ...run, relatedRuns: { children: [ship] } } : run
      },
    })
    expect(error).toBeUndefined()
    expect(api.requests.filter((one) => one.startsWith('cancel'))).toEqual(['cancel run_1', 'cancel run_ship'])
  })

  test('is read for two seconds if it began and ended between two reads', async () => {
    const ship = child('ship', 'QUEUED')
    let reads = 0
    const { error, api } = await cancel([{ ...root, status: 'DEQUEUED', attemptCount: 0 }, ship], {
      cancel: (run) => ({ ...run, ...canceled, ...(run.id === 'run_1' && { attemptCount: 1 }), finishedAt }),
      retrieve: (run) => {
        if (run?.id !== 'run_1' || run.status !== 'CANCELED') return run
        return ++reads > 4 ? { ...run, relatedRuns: { children: [ship] } } : run
      },
    })
    expect(error).toBeUndefined()
    expect(api.requests.filter((one) => one.startsWith('cancel'))).toEqual(['cancel run_1', 'cancel run_ship'])
  })

  test('is read for at most 30 seconds if it never finishes', async () => {
    const { error, clock } = await cancel([{ ...root, ...canceled }])
    expect(error).toBeUndefined()
    expect(clock.delays.reduce((sum, delay) => sum + delay)).toBeGreaterThanOrEqual(30_000)
    expect(clock.delays.slice(0, 6)).toEqual([20, 40, 80, 160, 250, 250])
  })

  test.each<[string, Partial<EngineRun>]>([
    ['was never executed', { attemptCount: 0 }],
    ['is finished', { finishedAt }],
    ['recorded the runs that it started', { metadata: { job: { dispatched: {} } } }],
    ['makes attempts itself', { metadata: { job: { definition: 'a', attempt: 1, maxAttempts: 1, startedAt: 1 } } }],
  ])('is not read again if it %s', async (_, more) => {
    expect((await cancel([{ ...root, ...canceled, ...more }])).clock.delays).toEqual([])
  })
})
