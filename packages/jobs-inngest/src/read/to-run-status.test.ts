import type { RunStatus } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { recordedRuns, type RecordedStage } from '../../test/fixtures/recorded.ts'
import type { EngineRun } from '../api/engine-shapes.ts'
import type { FailedRecord } from '../wire/attempt-record.ts'
import { type RunFacts, toRunStatus } from './to-run-status.ts'

const now = Date.parse('2026-11-25T15:41:00Z')
const facts: RunFacts = {
  definitionId: 'process-order',
  times: {},
  runAt: undefined,
  now,
  maxAttempts: 5,
  retryOf: undefined,
}
const begun = { startedAt: now - 9000 }
const over = { startedAt: now - 9000, endedAt: now - 1000 }

function statusOf(run: EngineRun, more: Partial<RunFacts> = {}): RunStatus {
  return toRunStatus(run, { ...facts, ...more })
}

/** Returns a run of this library whose last attempt failed, as the engine returns it. */
function failedRun(record: Partial<FailedRecord>, status: EngineRun['status'] = 'RUNNING'): EngineRun {
  const cause = {
    attempt: 2,
    maxAttempts: 3,
    startedAt: now - 5000,
    error: { name: 'TypeError', message: 'no' },
    ...record,
  }
  const error = { name: 'RetryAfterError', message: 'no', stack: 'TypeError: no', __serialized: true, cause }
  return { ...recordedRuns.inBackoff, status, output: { error } }
}

describe('a cancelled run', () => {
  const cancelled = recordedRuns.cancelledWhileRunning

  test.each<[string, Partial<RunFacts>]>([
    ['ended before it was due', { times: over, dueAt: over.endedAt + 5000 }],
    ['has a start that is not before its end', { times: { ...over, startedAt: over.endedAt } }],
  ])('has no attempt and no start if it %s', (_, more) => {
    const status = statusOf(cancelled, more)
    expect(status).toMatchObject({ state: 'cancelled', attempts: 0, endedAt: new Date(over.endedAt) })
    expect(status).not.toHaveProperty('startedAt')
  })

  test('has an attempt if it ended after it was due', () => {
    expect(statusOf(cancelled, { times: over, dueAt: over.startedAt })).toMatchObject({ attempts: 1 })
  })
})

describe('a recorded run', () => {
  test.each<[RecordedStage, Partial<RunFacts>, Partial<RunStatus>]>([
    ['queued', {}, { state: 'queued', attempts: 0 }],
    ['delayed', { runAt: now + 1 }, { state: 'scheduled', attempts: 0 }],
    ['delayed', { runAt: now }, { state: 'queued', attempts: 0 }],
    ['running', { times: begun }, { state: 'running', attempts: 1 }],
    ['inBackoff', { times: begun }, { state: 'running', attempts: 1 }],
    ['completed', { times: over }, { state: 'completed', attempts: 1 }],
    ['failed', { times: over }, { state: 'failed', attempts: 5 }],
    ['exhausted', { times: over, maxAttempts: 2 }, { state: 'failed', attempts: 2 }],
    ['cancelledWhileQueued', { times: { endedAt: now } }, { state: 'cancelled', attempts: 0 }],
    ['cancelledWhileRunning', { times: over }, { state: 'cancelled', attempts: 1 }],
    ['cancelledInBackoff', { times: over }, { state: 'cancelled', attempts: 1 }],
  ])('%s, %j', (stage, more, expected) => {
    const run = recordedRuns[stage]
    const status = statusOf(run, more)
    expect(status).toMatchObject({ id: run.id, definitionId: 'process-order', maxAttempts: more.maxAttempts ?? 5 })
    expect(status).toMatchObject(expected)
    expect(status).not.toHaveProperty('nextAttemptAt')
    expect(status.startedAt?.getTime()).toBe(more.times?.startedAt)
    expect(status.endedAt?.getTime()).toBe(more.times?.endedAt)
  })

  test('has a known state, even if another version of Inngest has more statuses', () => {
    const odd = (status: string, ended: boolean) => {
      const { endedAt = '2026-11-25T15:40:30Z', ...run } = recordedRuns.completed
      return statusOf({ ...run, status: status as EngineRun['status'], ...(ended && { endedAt }) }).state
    }
    expect([odd('SKIPPED', true), odd('SKIPPED', false)]).toEqual(['cancelled', 'cancelled'])
    expect([odd('PAUSED', false), odd('EXPIRED', true)]).toEqual(['queued', 'cancelled'])
  })

  test('has the error of its failure, also while it is retried', () => {
    for (const stage of ['failed', 'exhausted', 'failedByText', 'inBackoff', 'cancelledInBackoff'] as const) {
      const { name, message, stack } = recordedRuns[stage].output!['error'] as Record<string, string>
      expect(statusOf(recordedRuns[stage]).error).toEqual({ name, message, stack })
      expect(statusOf(recordedRuns[stage])).not.toHaveProperty('output')
    }
  })

  test('has the unchanged output of a function that is not from this library', () => {
    for (const stage of ['completed', 'completedWithText'] as const) {
      expect(statusOf(recordedRuns[stage]).output).toEqual(recordedRuns[stage].output)
      expect(statusOf(recordedRuns[stage])).not.toHaveProperty('error')
    }
    const { output: _, ...without } = recordedRuns.completed
    expect(statusOf(without)).not.toHaveProperty('output')
  })
})

describe('a run between two attempts', () => {
  test('is retrying until the next attempt is due', () => {
    expect(statusOf(failedRun({ nextAttemptAt: now + 1 }), { times: begun })).toMatchObject({
      state: 'retrying',
      attempts: 2,
      maxAttempts: 3,
      nextAttemptAt: new Date(now + 1),
      error: { name: 'TypeError', message: 'no' },
    })
  })

  test('is running in the next attempt from then on', () => {
    const status = statusOf(failedRun({ nextAttemptAt: now }), { times: begun })
    expect(status).toMatchObject({ state: 'running', attempts: 3, error: { name: 'TypeError', message: 'no' } })
    expect(status).not.toHaveProperty('nextAttemptAt')
  })
})

describe('a run that failed or was cancelled', () => {
  test('has one more attempt if that started and its process crashed', () => {
    const run = failedRun({ attempt: 2, nextAttemptAt: over.endedAt }, 'FAILED')
    expect(statusOf(run, { times: over })).toMatchObject({ state: 'failed', attempts: 3 })
    expect(statusOf(run, { times: over })).not.toHaveProperty('nextAttemptAt')
  })
})

describe('a run of a workflow', () => {
  const steps: RunStatus['steps'] = [{ id: 'charge', kind: 'run', state: 'retrying', attempts: 1 }]
  const workflow = { steps, attempt: 1 }
  const part = { base: 0, engineAttempt: 0, origin: recordedRuns.inBackoff.id }
  const of = (run: EngineRun, more: Partial<RunFacts> = {}) =>
    statusOf(run, { times: begun, maxAttempts: undefined, workflow, ...more })

  test('does not show the failure of a job that it ran, or of another event', () => {
    expect('error' in of(failedRun({}))).toBe(false)
    expect(of(failedRun({})).state).toBe('running')
  })

  test('shows why its step failed if Inngest failed the run while the step was retried', () => {
    const run = failedRun({ workflow: { ...part, step: 'charge' } }, 'FAILED')
    expect(of(run, { times: over })).toMatchObject({ state: 'failed', attempts: 1, error: { message: 'no' } })
  })
})
