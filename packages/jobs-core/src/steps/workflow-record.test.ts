import { describe, expect, test } from 'vitest'

import { completedStep } from '../../test/kit/workflow-kit.ts'
import {
  beginWorkflowRecord,
  restartWorkflowRecord,
  retryWorkflowRecord,
  endStep,
  createWorkflowRecord,
  reopenStep,
  stepDueAt,
  type StepRecord,
  type WorkflowRecord,
} from './workflow-record.ts'

const failure = { name: 'Error', message: 'Broke.' }
const failed: WorkflowRecord = {
  origin: 'run_1',
  version: '2',
  steps: [
    completedStep('reserve', 1, { output: { id: 1 }, compensable: true }),
    completedStep('charge', 2, { state: 'failed', error: failure }),
    completedStep('nap', 3, { state: 'cancelled', kind: 'sleep' }),
  ],
  ended: 2,
}

test('a new record has no steps, and the version if there is one', () => {
  expect(createWorkflowRecord('run_1', undefined)).toEqual({ origin: 'run_1', version: null, steps: [], ended: 0 })
  expect(createWorkflowRecord('run_1', '2')).toEqual({ origin: 'run_1', version: '2', steps: [], ended: 0 })
})

describe('a run that begins again', () => {
  const payload = { tenantId: 'acme', month: 2 }
  const got = { paid: [{ id: 'job_2', sentAt: 5 }] }
  const anew = restartWorkflowRecord(failed, 'run_1', { payload, at: 7, since: 6, got })

  test('has no steps, and other idempotency keys after each restart', () => {
    expect(anew).toEqual({
      origin: 'run_1#1',
      steps: [],
      ended: 0,
      restart: { count: 1, payload, at: 7, since: 6, got },
    })
    expect(restartWorkflowRecord(anew, 'run_1', { payload, at: 8, since: 7 })).toMatchObject({
      origin: 'run_1#2',
      restart: { count: 2 },
    })
  })

  test('has the version of the code that begins it, once', () => {
    const begun = beginWorkflowRecord(anew, 'run_1', '3')
    expect(begun).toEqual({ ...anew, version: '3' })
    expect(beginWorkflowRecord(begun, 'run_1', '4')).toBe(begun)
    expect(beginWorkflowRecord(anew, 'run_1', undefined).version).toBe(null)
  })

  test('keeps its payload when it is retried, with its steps or after their compensation', () => {
    const charged = { ...failed, ...anew, version: '3', steps: failed.steps }
    expect(retryWorkflowRecord(charged, 'run_2')).toEqual({
      ...{ origin: 'run_1#1', version: '3', steps: [failed.steps[0]], ended: 0 },
      restart: anew.restart,
    })
    const compensation = { state: 'completed', attempts: 1, startedAt: 5 } as const
    const compensated = { ...charged, steps: [completedStep('reserve', 1, { compensation })] }
    expect(retryWorkflowRecord(compensated, 'run_2')).toEqual({ ...anew, origin: 'run_2#1' })
  })
})

describe('a run that retries a failed one', () => {
  test('starts with the completed steps only, and with the idempotency keys of the failed run', () => {
    expect(retryWorkflowRecord(failed, 'run_2')).toEqual({
      origin: 'run_1',
      version: '2',
      steps: [failed.steps[0]],
      ended: 2,
    })
  })

  test('keeps a failure that the code had caught, but not the one that failed the run', () => {
    const caught = completedStep('card', 1, { state: 'failed', error: failure })
    const steps = [caught, completedStep('invoice', 2), completedStep('ship', 3, { state: 'failed', error: failure })]
    const continued = retryWorkflowRecord({ ...failed, steps, ended: 3, failedStep: 'ship' }, 'run_2')
    expect(continued?.steps.map(({ key, state }) => [key, state])).toEqual([
      ['card', 'failed'],
      ['invoice', 'completed'],
    ])
  })

  test('starts over after compensation, with its own keys', () => {
    const compensation = { state: 'completed', attempts: 1, startedAt: 5 } as const
    const compensated = { ...failed, steps: [completedStep('reserve', 1, { compensation }), failed.steps[1]!] }
    expect(retryWorkflowRecord(compensated, 'run_2')).toBeUndefined()
  })

  test('keeps steps whose compensation failed, with their old keys', () => {
    const compensated = completedStep('pack', 2, { compensation: { state: 'completed', attempts: 1, startedAt: 5 } })
    const standing = completedStep('charge', 1, { compensation: { state: 'failed', attempts: 3, startedAt: 5 } })
    const continued = retryWorkflowRecord({ ...failed, steps: [standing, compensated], ended: 3, failure }, 'run_2')
    const { compensation: _, ...kept } = standing
    expect(continued).toEqual({ origin: 'run_2', steps: [{ ...kept, origin: 'run_1' }], ended: 3 })
  })

  test('keeps all steps if no compensation succeeded', () => {
    const compensation = { state: 'failed', attempts: 3, startedAt: 5 } as const
    const continued = retryWorkflowRecord(
      { ...failed, steps: [completedStep('reserve', 1, { compensation })], failure },
      'run_2',
    )
    expect(continued).toMatchObject({ origin: 'run_1', steps: [{ key: 'reserve', state: 'completed' }] })
    expect(continued?.steps[0]).not.toHaveProperty('compensation')
  })

  test('shares no data with the failed run', () => {
    const before = structuredClone(failed)
    const continued = retryWorkflowRecord(failed, 'run_2')!
    Object.assign(continued.steps[0]!.output as object, { id: 2 })
    continued.steps.pop()
    expect(failed).toEqual(before)
  })
})

test.each<[words: string, step: Partial<StepRecord>, at: number | undefined]>([
  ['a retry at its next attempt', { state: 'retrying', nextAttemptAt: 5, until: 9 }, 5],
  ['a wait at its end', { state: 'waiting', until: 9 }, 9],
  ['a wait for a job never', { state: 'waiting', jobId: 'job_1' }, undefined],
  ['a running attempt never', { state: 'running', nextAttemptAt: 5 }, undefined],
  ['an ended step never', { state: 'completed', until: 9 }, undefined],
])('returns when a step is due: %s', (_words, step, at) => expect(stepDueAt(completedStep('x', 1, step))).toBe(at))

describe('a step that ends', () => {
  const running: StepRecord = {
    key: 'x',
    kind: 'run',
    state: 'retrying',
    attempts: 2,
    startedAt: 1,
    nextAttemptAt: 7,
    error: failure,
  }

  test('gets the next position and drops the error of failed attempts when it completes', () => {
    const [record, step] = [createWorkflowRecord('run_1', undefined), { ...running }]
    endStep(record, step, 'completed', 9)
    const { nextAttemptAt: _next, error: _error, ...kept } = running
    expect(step).toEqual({ ...kept, state: 'completed', endedAt: 9, order: 1 })
    expect(record.ended).toBe(1)
  })

  test('keeps its error when it fails', () => {
    const step = { ...running }
    endStep(createWorkflowRecord('run_1', undefined), step, 'failed', 9)
    expect(step).toMatchObject({ state: 'failed', error: failure, order: 1 })
    expect(step).not.toHaveProperty('nextAttemptAt')
  })
})

test.each([
  ['work runs again', {}, 'running'],
  ['a wait for time continues', { until: 5 }, 'waiting'],
  ['a wait for a job continues', { jobId: 'job_1' }, 'waiting'],
] as const)('a reopened step has no end and no output: %s', (_, facts, state) => {
  const step = completedStep('one', 1, { output: 1, ...facts })
  reopenStep(step)
  expect(step).toMatchObject({ key: 'one', state })
  expect(Object.keys(step)).not.toEqual(expect.arrayContaining(['output']))
  expect(step.endedAt).toBeUndefined()
})
