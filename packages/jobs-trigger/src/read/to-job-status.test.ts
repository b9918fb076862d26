import { defineCronJob, defineJob, type Definition } from '@cgk-platform/jobs-core'
import { cronEventOf, toJobRegistry } from '@cgk-platform/jobs-core/provider'
import { describe, expect, test } from 'vitest'

import { fakeRun } from '../../test/kit/fake-run.ts'
import '../../test/kit/work.ts'
import type { EngineRun } from '../api/engine-shapes.ts'
import type { Retry } from '../wire/payload.ts'
import type { AttemptRecord } from '../wire/run-record.ts'
import { eventTaskId, jobTaskId } from '../wire/task-id.ts'
import type { EventRun } from './event-runs.ts'
import { toJobStatus, unknownDefinition } from './to-job-status.ts'

const sentAt = Date.parse('2026-03-01T12:00:00Z')
const at = (seconds: number) => new Date(sentAt + seconds * 1000)
const job = (id: string): Definition => defineJob({ id, event: 'work.asked', handler: () => undefined })
const cancelled = { status: 'CANCELED', error: { message: 'Canceled by user' } } as const

function envelope(more: object = {}) {
  return {
    v: 1,
    id: 'of the send',
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

/** The event's own run. */
function link(run: Partial<EngineRun>, children: EngineRun[] = [], retry?: Retry): EventRun {
  const payload = { envelope: envelope(), ...(retry && { retry }) }
  return { run: fakeRun({ taskIdentifier: eventTaskId('work.asked'), payload, ...run }), children }
}

function child(definition: string, run: Partial<EngineRun>, retryOf?: string): EngineRun {
  const payload = { envelope: envelope(), jobId: 'run_1', ...(retryOf !== undefined && { retryOf }) }
  return fakeRun({ id: `run_${definition}`, taskIdentifier: jobTaskId(definition), payload, ...run })
}

function read(links: [EventRun, ...EventRun[]], definitions?: Definition[]) {
  return toJobStatus(links, definitions && toJobRegistry(definitions))
}

const done = { status: 'COMPLETED', finishedAt: at(5) } as const
const dispatched = { ...done, metadata: { job: { dispatched: {} } } }

describe('a job whose event has one definition', () => {
  test("is the event's run itself", () => {
    const run = { ...record('ship', { startedAt: at(2).getTime() }), ...done, startedAt: at(1), output: { done: true } }
    expect(read([link(run)])).toEqual({
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

describe('a job of which nobody knows yet what it will do', () => {
  test.each([
    ['DELAYED', 'scheduled'],
    ['PENDING_VERSION', 'queued'],
    ['QUEUED', 'queued'],
    ['DEQUEUED', 'queued'],
    ['EXECUTING', 'queued'],
    ['WAITING', 'queued'],
  ] as const)('%s is %s, and has no runs', (status, state) => {
    const told = read([link({ status })])
    expect([told.state, told.runs]).toEqual([state, []])
    expect(told).not.toHaveProperty('endedAt')
  })

  test.each([
    [cancelled, 'cancelled'],
    [{ status: 'EXPIRED' }, 'expired'],
    [{ status: 'COMPLETED' }, 'completed'],
  ] as const)('that ended so (%o) is %s, and has no runs', (run, state) => {
    const told = read([link({ ...run, finishedAt: at(3) })])
    expect([told.state, told.runs, told.endedAt]).toEqual([state, [], at(3)])
  })
})

describe('a job whose event has several definitions', () => {
  const runs = [child('ship', { ...done, startedAt: at(3), finishedAt: at(9) }), child('bill', { startedAt: at(2) })]

  test('is not over while more of them are made', () => {
    expect(read([link({}, [runs[0]!])]).state).toBe('running')
    expect(read([link({}, runs)]).state).toBe('running')
    expect(read([link({}, [child('bill', { status: 'QUEUED', attemptCount: 0 })])]).state).toBe('queued')
  })
})

describe('how many attempts a run may have', () => {
  const waiting = { status: 'QUEUED', attemptCount: 0 } as const

  test('is what the send asked for, or the definition, while no record says it', () => {
    const definition = defineJob({
      id: 'pack',
      event: 'work.asked',
      retry: { maxAttempts: 7 },
      handler: () => undefined,
    })
    expect(read([link(dispatched, [child('pack', waiting)])], [definition]).runs[0]!.maxAttempts).toBe(7)
    const asked = { ...dispatched, payload: { envelope: envelope({ maxAttempts: 2 }) } }
    expect(read([link(asked, [child('pack', waiting)])], [definition]).runs[0]!.maxAttempts).toBe(2)
    expect(read([link(asked, [child('pack', waiting)])]).runs[0]!.maxAttempts).toBe(2)
    expect(read([link(dispatched, [child('pack', waiting)])]).runs[0]!.maxAttempts).toBe(1)
  })
})

describe("an event's run that failed before it told what it is of", () => {
  const killed = { status: 'CRASHED', finishedAt: at(4), error: { message: 'killed' } } as const

  test('is a run of the only definition, where that is known', () => {
    const told = read([link(killed)], [job('ship')])
    expect(told.state).toBe('failed')
    expect(told.runs).toMatchObject([
      { id: 'run_1', definitionId: 'ship', state: 'failed', error: { message: 'killed' } },
    ])
  })

  test('is a run of a cron job, whose event has no other', () => {
    const cron = defineCronJob({ id: 'daily', schedule: '0 9 * * *', handler: () => undefined })
    const ofTick = { ...killed, taskIdentifier: eventTaskId(cronEventOf('daily')) }
    expect(read([link(ofTick)], [cron]).runs[0]!.definitionId).toBe('daily')
  })

  test('is one of an unknown definition otherwise', () => {
    for (const definitions of [undefined, [], [job('ship'), job('bill')]]) {
      expect(read([link(killed)], definitions).runs).toMatchObject([
        { definitionId: unknownDefinition, state: 'failed' },
      ])
    }
  })

  test('fails the job beside the runs that it had made', () => {
    const told = read([link(killed, [child('ship', done)])], [job('ship')])
    expect(told.runs.map(({ definitionId, state }) => [definitionId, state])).toEqual([
      [unknownDefinition, 'failed'],
      ['ship', 'completed'],
    ])
    expect(told.state).toBe('failed')
  })
})

describe('a job that was retried', () => {
  const retry: Retry = { jobId: 'run_1', runs: { ship: 'run_1' } }
  const again = (run: Partial<EngineRun>, children: EngineRun[] = []) => link({ id: 'run_2', ...run }, children, retry)

  test('has no run of an unknown definition left, once all definitions were run that had no run', () => {
    const lost = link({ status: 'CRASHED', finishedAt: at(4) }, [child('bill', done)])
    const rest = link({ id: 'run_2', ...dispatched }, [child('ship', done)], {
      jobId: 'run_1',
      runs: {},
      allBut: ['bill'],
    })
    const told = read([lost, rest])
    expect(told.runs.map(({ definitionId }) => definitionId)).toEqual(['bill', 'ship'])
    expect(told.state).toBe('completed')
  })

  test('knows of its first run what the retry says of it', () => {
    const lost = link({ status: 'CRASHED', finishedAt: at(4) })
    expect(read([lost, again(dispatched)]).runs).toMatchObject([{ id: 'run_1', definitionId: 'ship', state: 'failed' }])
  })
})
