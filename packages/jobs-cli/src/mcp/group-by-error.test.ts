import type { JobSummary } from '@cgk-platform/jobs-core/inspect'
import { summarizeRuns } from '@cgk-platform/jobs-core/provider'
import type { RunFacts } from '@cgk-platform/jobs-core/scheduling'
import { expect, test } from 'vitest'

import { groupByError } from './group-by-error.ts'

const runOf = (definitionId: string, message?: string, state: RunFacts['state'] = 'failed'): RunFacts => ({
  ...{ id: definitionId, definitionId, state, attempts: 1, maxAttempts: 1 },
  ...(message !== undefined && { error: { name: 'Error', message } }),
})
const jobOf = (id: string, ...runs: RunFacts[]): JobSummary => ({
  ...{ id, event: 'order.placed', tenantId: 'shop_1', state: 'failed', createdAt: new Date(0) },
  ...summarizeRuns(runs),
})
const job = (id: string, message: string | undefined, definitionId = 'a') => jobOf(id, runOf(definitionId, message))

test('errors that differ only in numbers and ids are one group, the most frequent first', () => {
  const groups = groupByError([
    job('1', undefined),
    job('2', 'order 17 of 3f2504e0-4f89-11d3-9a0c-0305e82c3301 failed'),
    job('3', 'order 18 of 7c9e6679-7425-40de-944b-e07fc1f90ae7 failed', 'b'),
  ])
  expect(groups).toMatchObject([
    { error: 'Error: order # of # failed', jobs: 2, definitionIds: ['a', 'b'], exampleJobId: '2' },
    { error: '(no error reported)', jobs: 1, exampleJobId: '1' },
  ])
})

test('a group names the definitions that failed with its error, not others of the same event', () => {
  const jobs = ['1', '2'].map((id) =>
    jobOf(id, runOf('innocent', undefined, 'completed'), runOf('guilty', 'broken'), runOf('other', 'also broken')),
  )
  expect(groupByError(jobs)).toMatchObject([
    { error: 'Error: broken', runs: 2, jobs: 2, definitionIds: ['guilty'] },
    { error: 'Error: also broken', runs: 2, jobs: 2, definitionIds: ['other'] },
  ])
  expect(groupByError(jobs, 'innocent')).toEqual([])
})

test('a run that was retried by hand does not count', () => {
  const retried = jobOf('1', runOf('a', 'old'), { ...runOf('a', 'new'), id: 'again' })
  expect(groupByError([retried])).toMatchObject([{ error: 'Error: new', runs: 1, jobs: 1 }])
})
