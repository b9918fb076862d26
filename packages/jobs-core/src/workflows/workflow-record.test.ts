import { describe, expect, test } from 'vitest'

import { completedStep } from '../../test/kit/workflow-kit.ts'
import {
  continueRecord,
  endStep,
  isStepEnded,
  newWorkflowRecord,
  stepDueAt,
  type StepRecord,
  type StepState,
  type WorkflowRecord,
} from './workflow-record.ts'

const failure = { name: 'Error', message: 'Broke.' }
const failed: WorkflowRecord = {
  origin: 'run_1',
  version: '2',
  steps: [
    completedStep('reserve', 1, { output: { id: 1 }, undoable: true }),
    completedStep('charge', 2, { state: 'failed', error: failure }),
    completedStep('nap', 3, { state: 'cancelled', kind: 'sleep' }),
  ],
  ended: 2,
}

test('a record begins without steps, with the version where there is one', () => {
  expect(newWorkflowRecord('run_1', undefined)).toEqual({ origin: 'run_1', steps: [], ended: 0 })
  expect(newWorkflowRecord('run_1', '2')).toEqual({ origin: 'run_1', version: '2', steps: [], ended: 0 })
})

describe('a run that retries a failed one', () => {
  test('begins with the completed steps alone, and with the idempotency keys of the failed one', () => {
    expect(continueRecord(failed)).toEqual({ origin: 'run_1', version: '2', steps: [failed.steps[0]], ended: 2 })
  })

  test('does not go on to undo', () => {
    expect(continueRecord({ ...failed, failure })).not.toHaveProperty('failure')
  })

  test('begins from the start where anything was undone, if only in part', () => {
    const undo = { state: 'failed', attempts: 3, startedAt: 5 } as const
    const undone = { ...failed, steps: [completedStep('reserve', 1, { undo }), failed.steps[1]!] }
    expect(continueRecord(undone)).toBeUndefined()
  })

  test('shares nothing with the failed one', () => {
    const before = structuredClone(failed)
    const continued = continueRecord(failed)!
    Object.assign(continued.steps[0]!.output as object, { id: 2 })
    continued.steps.pop()
    expect(failed).toEqual(before)
  })

  test('may itself be retried: the first run is still where its keys come from', () => {
    const again = continueRecord({ ...continueRecord(failed)!, failure })
    expect(again?.origin).toBe('run_1')
    expect(again?.steps.map(({ key }) => key)).toEqual(['reserve'])
  })
})

test.each<[state: StepState, ended: boolean]>([
  ['running', false],
  ['waiting', false],
  ['retrying', false],
  ['completed', true],
  ['failed', true],
  ['cancelled', true],
])('a step that is %s has ended: %s', (state, ended) => expect(isStepEnded({ state })).toBe(ended))

test.each<[words: string, step: Partial<StepRecord>, at: number | undefined]>([
  ['a retry at its next attempt', { state: 'retrying', nextAttemptAt: 5, until: 9 }, 5],
  ['a wait at its end', { state: 'waiting', until: 9 }, 9],
  ['a wait for a job never', { state: 'waiting', jobId: 'job_1' }, undefined],
  ['an attempt under way never', { state: 'running', nextAttemptAt: 5 }, undefined],
  ['what has ended never', { state: 'completed', until: 9 }, undefined],
])('a step is due by itself: %s', (_words, step, at) => expect(stepDueAt(completedStep('x', 1, step))).toBe(at))

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

  test('completed has the next place, and nothing of its failed attempts', () => {
    const [record, step] = [newWorkflowRecord('run_1', undefined), { ...running }]
    endStep(record, step, 'completed', 9)
    const { nextAttemptAt: _next, error: _error, ...kept } = running
    expect(step).toEqual({ ...kept, state: 'completed', endedAt: 9, order: 1 })
    expect(record.ended).toBe(1)
  })

  test('failed keeps what it failed of', () => {
    const step = { ...running }
    endStep(newWorkflowRecord('run_1', undefined), step, 'failed', 9)
    expect(step).toMatchObject({ state: 'failed', error: failure, order: 1 })
    expect(step).not.toHaveProperty('nextAttemptAt')
  })
})
