import { describe, expect, test } from 'vitest'

import type { JobState } from '@cgk-platform/jobs'

import type { LedgerEntry } from '../ledger-entry.ts'
import { checkCompensations } from './compensations.ts'
import { attempt, evidence, job, line } from './fixtures.ts'

const flow = attempt('f', { definition: 'cancelled-flow' })
const flowJob = (state: JobState) => job('f', { definitionId: 'cancelled-flow', state }, { event: 'chaos.cancelled' })
const started = (at: number, by = 'w1.1'): LedgerEntry => line(at, by, { type: 'started', ...flow })
const made = (at: number, step: string, by = 'w1.1', tookMs = 5): LedgerEntry[] => [
  line(at, by, { type: 'step', step, ...flow }),
  line(at + tookMs, by, { type: 'step done', step, ...flow }),
]
const compensated = (at: number, step: string, by = 'w1.1'): LedgerEntry[] => [
  line(at, by, { type: 'compensation', step, ...flow }),
  line(at + 5, by, { type: 'compensation done', step, ...flow }),
]
const cancelled = (at: number): LedgerEntry => line(at, 's1.1', { type: 'cancelled', job: 'f', state: 'cancelled' })
const killed = (at: number, process = 'w1.1') => line(at, 'conductor', { type: 'killed', process, since: at })
const check = (entries: readonly LedgerEntry[], state: JobState = 'cancelled') =>
  checkCompensations(evidence(entries, [flowJob(state)]), 'cancelled-flow')
const message = (entries: readonly LedgerEntry[], state?: JobState): string[] =>
  check(entries, state).findings.map((finding) => finding.message)

const steps = [started(0), ...made(10, 'one'), ...made(20, 'two'), cancelled(22)]

describe('a cancelled workflow', () => {
  test('compensates its completed steps in reverse order', () => {
    expect(check([...steps, ...compensated(40, 'two'), ...compensated(50, 'one')])).toEqual({
      findings: [],
      cancelled: 1,
      compensated: 1,
    })
    expect(message([...steps, ...compensated(40, 'one'), ...compensated(50, 'two')])).toEqual([
      '`one` was compensated before `two`, which began after it (run f-1)',
    ])
  })

  test('leaves no completed step, also if only the first one had begun', () => {
    expect(message([...steps, ...compensated(40, 'two')])).toEqual([
      '`one` completed but was not compensated (run f-1)',
    ])
    expect(message([started(0), ...made(10, 'one'), cancelled(12)])).toEqual([
      '`one` completed but was not compensated (run f-1)',
    ])
  })

  test('compensates parallel steps in any order', () => {
    const parallel = [started(0), ...made(10, 'one', 'w1.1', 9), ...made(11, 'two'), cancelled(12)]
    expect(message([...parallel, ...compensated(40, 'two'), ...compensated(50, 'one')])).toEqual([])
    expect(message([...parallel, ...compensated(40, 'one'), ...compensated(50, 'two')])).toEqual([])
    const later = [...parallel, ...made(30, 'three'), ...compensated(40, 'two')]
    expect(message([...later, ...compensated(50, 'three'), ...compensated(60, 'one')])).toEqual([
      '`two` was compensated before `three`, which began after it (run f-1)',
    ])
  })

  test('compensates no step that has not completed', () => {
    const entries = [started(0), made(10, 'one')[0]!, cancelled(12), ...compensated(40, 'one')]
    expect(message(entries)).toEqual(['`one` was compensated but never completed (run f-1)'])
  })

  test('may leave a step whose worker was killed before it saved the result', () => {
    const entries = [started(0), ...made(10, 'one'), cancelled(12)]
    expect(message([...entries, killed(100)])).toEqual([])
    expect(message([...entries, killed(100, 'w2.1')])).toHaveLength(1)
    expect(message([...entries, killed(2000)])).toHaveLength(1)
  })

  test('repeats a compensation only after a fault', () => {
    const twice = [...steps, ...compensated(40, 'two'), started(60, 'w2.1'), ...compensated(70, 'two', 'w2.1')]
    const all = [...twice, ...compensated(80, 'one', 'w2.1')]
    expect(message(all)).toEqual(['w2.1 repeated the compensation of `two` without a fault (run f-1)'])
    expect(message([...all, killed(50)])).toEqual([])
  })

  test('begins no other step', () => {
    const others = [900, 1800, 2700].map((at) => line(at, 's2.1', { type: 'up', pid: 1 }))
    const late = [
      ...steps,
      ...made(3000, 'three'),
      ...['three', 'two', 'one'].flatMap((step, index) => compensated(3100 + index * 10, step)),
    ]
    expect(message([...late, ...others])).toEqual([
      '`three` began 2978 ms after the cancel request completed (run f-1)',
    ])
  })
})

test('a workflow that has completed is not compensated', () => {
  expect(message(steps, 'completed')).toEqual([])
  expect(message([...steps, ...compensated(40, 'two')], 'completed')).toEqual([
    '`two` was compensated, but the run completed (run f-1)',
  ])
})

test('a workflow that has failed compensates its completed steps', () => {
  expect(message(steps, 'failed')).toHaveLength(2)
  expect(message([...steps, ...compensated(40, 'two'), ...compensated(50, 'one')], 'failed')).toEqual([])
})
