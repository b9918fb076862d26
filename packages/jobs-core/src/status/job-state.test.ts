import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { isEnded, type JobState, jobStateOf, jobStates, newestRuns, type RunInJob } from './job-state.ts'

const runs = (...list: [definitionId: string, state: JobState][]): RunInJob[] =>
  list.map(([definitionId, state]) => ({ definitionId, state }))
const anyRuns = fc.array(
  fc.record({ definitionId: fc.constantFrom('a', 'b', 'c'), state: fc.constantFrom(...jobStates) }),
)

test.each(jobStates)('%s: reports whether it has ended', (state) => {
  expect(isEnded(state)).toBe(
    ['completed', 'failed', 'cancelled', 'expired', 'superseded', 'unhandled'].includes(state),
  )
})

describe('the state of a job', () => {
  test.each<[first: JobState, second: JobState, job: JobState]>([
    ['completed', 'running', 'running'],
    ['failed', 'running', 'running'],
    ['retrying', 'running', 'running'],
    ['failed', 'retrying', 'retrying'],
    ['queued', 'retrying', 'retrying'],
    ['completed', 'queued', 'queued'],
    ['failed', 'queued', 'queued'],
    ['cancelled', 'scheduled', 'scheduled'],
    ['scheduled', 'queued', 'queued'],
    ['completed', 'failed', 'failed'],
    ['cancelled', 'failed', 'cancelled'],
    ['expired', 'failed', 'failed'],
    ['completed', 'cancelled', 'cancelled'],
    ['expired', 'cancelled', 'cancelled'],
    ['completed', 'expired', 'expired'],
    ['completed', 'completed', 'completed'],
    ['superseded', 'scheduled', 'scheduled'],
    ['superseded', 'completed', 'completed'],
    ['superseded', 'failed', 'failed'],
    ['superseded', 'expired', 'expired'],
    ['superseded', 'cancelled', 'cancelled'],
    ['superseded', 'superseded', 'superseded'],
  ])('with a %s and a %s run is %s, in either order', (first, second, job) => {
    expect(jobStateOf(runs(['a', first], ['b', second]))).toBe(job)
    expect(jobStateOf(runs(['b', second], ['a', first]))).toBe(job)
  })

  test.each<[list: string, job: JobState]>([
    ['a failed, a completed', 'completed'],
    ['a failed, a queued', 'queued'],
    ['a failed, b completed, a running', 'running'],
    ['a failed, b failed, a completed', 'failed'],
    ['a failed, a failed, a completed, b completed', 'completed'],
    ['a completed, b failed, b cancelled', 'cancelled'],
  ])('follows the newest run of each definition: %s is %s', (list, job) => {
    const parsed = list.split(', ').map((run) => run.split(' ') as [string, JobState])
    expect(jobStateOf(runs(...parsed))).toBe(job)
  })

  test('has ended once all newest runs have ended', () => {
    fc.assert(
      fc.property(anyRuns, (list) => {
        expect(isEnded(jobStateOf(list))).toBe(newestRuns(list).every(({ state }) => isEnded(state)))
      }),
      { numRuns: 500 },
    )
  })

  test('is the state of one of the newest runs', () => {
    fc.assert(
      fc.property(anyRuns, (list) => {
        const newest = newestRuns(list).map(({ state }) => state)
        expect(newest.length === 0 ? ['unhandled'] : newest).toContain(jobStateOf(list))
      }),
    )
  })

  test('does not depend on the order of the definitions', () => {
    fc.assert(
      fc.property(anyRuns, (list) => {
        const byDefinition = ['c', 'b', 'a'].flatMap((id) => list.filter(({ definitionId }) => definitionId === id))
        expect(jobStateOf(byDefinition)).toBe(jobStateOf(list))
      }),
    )
  })
})

test('the newest runs are the last run of each definition', () => {
  fc.assert(
    fc.property(anyRuns, (list) => {
      for (const run of newestRuns(list)) {
        expect(run).toBe(list.findLast(({ definitionId }) => definitionId === run.definitionId))
      }
      expect(newestRuns(list)).toHaveLength(new Set(list.map(({ definitionId }) => definitionId)).size)
    }),
  )
})
