import { defineCronJob, defineJob, type Definition } from '@cgk-platform/jobs-core'
import { toJobRegistry } from '@cgk-platform/jobs-core/hosted'
import { cronEventOf } from '@cgk-platform/jobs-core/provider'
import '@cgk-platform/test-kit/work'
import { describe, expect, test } from 'vitest'

import { fakeRun } from '../../test/kit/fake-run.ts'
import type { EngineRun } from '../api/engine-shapes.ts'
import type { Retry } from '../wire/payload.ts'
import type { AttemptRecord } from '../wire/run-record.ts'
import { eventTaskId, jobTaskId } from '../wire/task-id.ts'
import type { EventRun } from './event-runs.ts'
import { toJobStatus, unknownDefinition } from './to-job-status.ts'

const sentAt = Date.parse('2026-03-01T12:00:00Z')
const at = (seconds: number) => new Date(sentAt + seconds * 1000)
const job = (id: string): Definition => defineJob({ id, event: 'work.asked', handler: () => undefined })
const cancelled = { status: 'CANCELED', error: { message: 'Canceled by user' }, attemptCount: 0 } as const

function envelope(more: object = {}) {
  return {
    v: 1,
    id: 'envelope-id',
    event: 'work.asked',
    tenantId: 'acme',
    payload: { tenantId: 'acme' },
    sentAt,
    ...more,
  }
}

function record(definition: string, more: Partial<AttemptRecord> = {}) {
  return { metadata: { job: { definition, attempt: 1, maxAttempts: 3, startedAt: 2000, ...more } } }
}

/** Returns an event's run with its child runs. */
function eventRun(run: Partial<EngineRun>, children: EngineRun[] = [], retry?: Retry): EventRun {
  const payload = { envelope: envelope(), ...(retry && { retry }) }
  return { run: fakeRun({ taskIdentifier: eventTaskId('work.asked'), payload, ...run }), children }
}

function child(definition: string, run: Partial<EngineRun>, retryOf?: string): EngineRun {
  const payload = { envelope: envelope(), jobId: 'run_1', ...(retryOf !== undefined && { retryOf }) }
  return fakeRun({ id: `run_${definition}`, taskIdentifier: jobTaskId(definition), payload, ...run })
}

function read(eventRuns: [EventRun, ...EventRun[]], definitions?: Definition[]) {
  return toJobStatus(eventRuns, { jobs: definitions && toJobRegistry(definitions) })
}

const done = { status: 'COMPLETED', finishedAt: at(5) } as const
const dispatched = { ...done, metadata: { job: { dispatched: {} } } }

describe('a job whose event has one definition', () => {
  test("is the event's run itself", () => {
    const run = { ...record('ship', { startedAt: at(2).getTime() }), ...done, startedAt: at(1), output: { done: true } }
    expect(read([eventRun(run)])).toEqual({
      id: 'run_1',
      event: 'work.asked',
      tenantId: 'acme',
      state: 'completed',
      createdAt: at(0),
      startedAt: at(2),
      endedAt: at(5),
      runs: [
        {
          id: 'run_1',
          definitionId: 'ship',
          state: 'completed',
          attempts: 1,
          maxAttempts: 3,
          startedAt: at(2),
          endedAt: at(5),
          output: { done: true },
        },
      ],
    })
  })
})

describe('a job whose definitions are not known yet', () => {
  test.each([
    ['DELAYED', 'scheduled'],
    ['PENDING_VERSION', 'queued'],
    ['QUEUED', 'queued'],
    ['DEQUEUED', 'queued'],
    ['EXECUTING', 'queued'],
    ['WAITING', 'queued'],
  ] as const)('%s is %s, and has no runs', (status, state) => {
    const found = read([eventRun({ status })])
    expect([found.state, found.runs]).toEqual([state, []])
    expect(found).not.toHaveProperty('endedAt')
  })

  test.each([
    [cancelled, 'cancelled'],
    [{ status: 'EXPIRED' }, 'expired'],
    [{ status: 'COMPLETED' }, 'completed'],
    [{ status: 'COMPLETED', metadata: { job: { dispatched: {} } } }, 'unhandled'],
    [{ status: 'COMPLETED', metadata: { job: { dispatched: {}, awaited: true } } }, 'completed'],
  ] as const)('that ended with %o is %s, and has no runs', (run, state) => {
    const found = read([eventRun({ ...run, finishedAt: at(3) })])
    expect([found.state, found.runs, found.endedAt]).toEqual([state, [], at(3)])
  })
})

describe('a job whose event has several definitions', () => {
  const runs = [child('ship', { ...done, startedAt: at(3), finishedAt: at(9) }), child('bill', { startedAt: at(2) })]

  test('has not ended while it may start more runs', () => {
    expect(read([eventRun({}, [runs[0]!])]).state).toBe('running')
    expect(read([eventRun({}, runs)]).state).toBe('running')
    expect(read([eventRun({}, [child('bill', { status: 'QUEUED', attemptCount: 0 })])]).state).toBe('queued')
  })
})

test('a job whose run executes without a record has a run only if that run makes the attempts of a known definition', () => {
  const late = { status: 'EXECUTING', updatedAt: at(-3), readAt: at(0) } as const
  const limited = defineJob({ id: 'pack', event: 'work.asked', concurrency: 1, handler: () => undefined })
  const idsOf = (definitions?: Definition[], envelopeFields?: object) => {
    const run = { ...late, payload: { envelope: envelope(envelopeFields) } }
    return read([eventRun(run)], definitions).runs.map(({ definitionId }) => definitionId)
  }
  expect(idsOf()).toEqual([])
  expect(idsOf([])).toEqual([])
  expect(idsOf([job('ship')])).toEqual(['ship'])
  expect(idsOf([job('ship'), job('bill')])).toEqual([])
  expect(idsOf([limited])).toEqual([])
  expect(idsOf([job('ship')], { idempotencyKey: 'once' })).toEqual([])
})

describe('the maximum number of attempts of a run', () => {
  const waiting = { status: 'QUEUED', attemptCount: 0 } as const

  test('comes from the send or the definition while there is no record', () => {
    const definition = defineJob({
      id: 'pack',
      event: 'work.asked',
      retry: { maxAttempts: 7 },
      handler: () => undefined,
    })
    expect(read([eventRun(dispatched, [child('pack', waiting)])], [definition]).runs[0]!.maxAttempts).toBe(7)
    const limited = { ...dispatched, payload: { envelope: envelope({ maxAttempts: 2 }) } }
    expect(read([eventRun(limited, [child('pack', waiting)])], [definition]).runs[0]!.maxAttempts).toBe(2)
    expect(read([eventRun(limited, [child('pack', waiting)])]).runs[0]!.maxAttempts).toBe(2)
    expect(read([eventRun(dispatched, [child('pack', waiting)])]).runs[0]!.maxAttempts).toBe(1)
  })
})

describe("an event's run that failed before it recorded its definition", () => {
  const killed = { status: 'CRASHED', finishedAt: at(4), error: { message: 'killed' } } as const

  test('is a run of the only known definition', () => {
    const status = read([eventRun(killed)], [job('ship')])
    expect(status.state).toBe('failed')
    expect(status.runs).toMatchObject([
      { id: 'run_1', definitionId: 'ship', state: 'failed', error: { message: 'killed' } },
    ])
  })

  test('is a run of the cron job, if the event belongs to one', () => {
    const cron = defineCronJob({ id: 'daily', schedule: '0 9 * * *', handler: () => undefined })
    const tickRun = { ...killed, taskIdentifier: eventTaskId(cronEventOf('daily')) }
    expect(read([eventRun(tickRun)], [cron]).runs[0]!.definitionId).toBe('daily')
  })

  test('is a run of an unknown definition otherwise', () => {
    for (const definitions of [undefined, [], [job('ship'), job('bill')]]) {
      expect(read([eventRun(killed)], definitions).runs).toMatchObject([
        { definitionId: unknownDefinition, state: 'failed' },
      ])
    }
  })

  test('fails the job, together with the runs that it started', () => {
    const status = read([eventRun(killed, [child('ship', done)])], [job('ship')])
    expect(status.runs.map(({ definitionId, state }) => [definitionId, state])).toEqual([
      [unknownDefinition, 'failed'],
      ['ship', 'completed'],
    ])
    expect(status.state).toBe('failed')
  })
})

describe('a job that was retried', () => {
  const retry: Retry = { jobId: 'run_1', runs: { ship: 'run_1' } }
  const again = (run: Partial<EngineRun>, children: EngineRun[] = []) =>
    eventRun({ id: 'run_2', ...run }, children, retry)

  test('has no run of an unknown definition after all definitions without a run were started', () => {
    const failed = eventRun({ status: 'CRASHED', finishedAt: at(4) }, [child('bill', done)])
    const rest = eventRun({ id: 'run_2', ...dispatched }, [child('ship', done)], {
      jobId: 'run_1',
      runs: {},
      allBut: ['bill'],
    })
    const status = read([failed, rest])
    expect(status.runs.map(({ definitionId }) => definitionId)).toEqual(['bill', 'ship'])
    expect(status.state).toBe('completed')
  })

  test('takes the definition of its first run from the retry', () => {
    const failed = eventRun({ status: 'CRASHED', finishedAt: at(4) })
    expect(read([failed, again(dispatched)]).runs).toMatchObject([
      { id: 'run_1', definitionId: 'ship', state: 'failed' },
    ])
  })
})
