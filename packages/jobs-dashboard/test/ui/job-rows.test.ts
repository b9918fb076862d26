import { describe, expect, test } from 'vitest'

import type { JobSummaryJson } from '../../src/api-types.ts'
import { addPage, applyChange, type JobRows, noRows, showFresh, watchLimit } from '../../ui/src/jobs/job-rows.ts'

/** Returns a job that was sent at this second. */
function job(second: number, state: JobSummaryJson['state'] = 'queued'): JobSummaryJson {
  const createdAt = new Date(second * 1000).toISOString()
  return { id: `job-${second}`, event: 'e', tenantId: 't', state, createdAt, definitionIds: [], runs: [] }
}
const range = (from: number, to: number): JobSummaryJson[] =>
  Array.from({ length: from - to + 1 }, (_, at) => job(from - at))
const ids = ({ jobs }: Pick<JobRows, 'jobs'>): number[] => jobs.map(({ id }) => Number(id.slice(4)))

describe('the rows of a list', () => {
  test('grow by pages, and a job that moved to the next page stays where it is', () => {
    const rows = addPage(addPage(noRows, { jobs: range(9, 7), cursor: 'c' }), { jobs: range(7, 5) })
    expect(ids(rows)).toEqual([9, 8, 7, 6, 5])
    expect(rows.cursor).toBeUndefined()
  })

  test('take over changes and new jobs, newest first', () => {
    const rows = applyChange(addPage(noRows, { jobs: range(3, 1) }), { jobs: range(3, 1), removed: [] }, true, false)
    const next = applyChange(rows, { jobs: [job(4), job(2, 'completed')], removed: [] }, false, false)
    expect(ids(next)).toEqual([4, 3, 2, 1])
    expect(next.jobs[2]!.state).toBe('completed')
  })

  test('do not move while the user looks further down', () => {
    const rows = applyChange(addPage(noRows, { jobs: range(2, 1) }), { jobs: range(2, 1), removed: [] }, true, true)
    const next = applyChange(rows, { jobs: [job(3), job(4)], removed: [] }, false, true)
    expect(ids(next)).toEqual([2, 1])
    expect(next.fresh.map(({ id }) => id)).toEqual(['job-4', 'job-3'])
    expect(ids(showFresh(next))).toEqual([4, 3, 2, 1])
    expect(showFresh(next).fresh).toEqual([])
  })

  test('lose a job that no longer matches', () => {
    const rows = applyChange(addPage(noRows, { jobs: range(3, 1) }), { jobs: range(3, 1), removed: [] }, true, false)
    expect(ids(applyChange(rows, { jobs: [], removed: ['job-2'] }, false, false))).toEqual([3, 1])
  })

  test('keep a job that newer ones have pushed out of the watched jobs', () => {
    const all = range(watchLimit + 20, 1)
    const watched = all.slice(0, watchLimit)
    const rows = applyChange(addPage(noRows, { jobs: all }), { jobs: watched, removed: [] }, true, false)
    const newest = job(watchLimit + 21)
    const next = applyChange(rows, { jobs: [newest], removed: [watched.at(-1)!.id] }, false, false)
    expect(next.jobs).toHaveLength(all.length + 1)
  })

  test('lose what is gone after a connection that was broken', () => {
    const rows = addPage(noRows, { jobs: range(5, 1) })
    expect(ids(applyChange(rows, { jobs: [job(6), job(4), job(1)], removed: [] }, true, false))).toEqual([6, 4, 1])
  })

  test('do not get an older job that the next page has', () => {
    const rows = addPage(noRows, { jobs: range(9, 5), cursor: 'c' })
    expect(ids(applyChange(rows, { jobs: [...range(9, 5), job(2)], removed: [] }, true, false))).toEqual([
      9, 8, 7, 6, 5,
    ])
  })
})

test('rows know that they lack jobs when more came at once than the server watches', () => {
  const rows = applyChange(addPage(noRows, { jobs: range(3, 1) }), { jobs: range(3, 1), removed: [] }, true, true)
  const burst = { jobs: range(500, 501 - watchLimit), removed: ['job-1', 'job-2', 'job-3'] }
  expect(applyChange(rows, burst, false, true).hasGap).toBe(true)
  expect(rows.hasGap).toBe(false)
})

test('older than what the server has searched stay, although it does not watch them', () => {
  const rows = addPage(noRows, { jobs: range(3, 1) })
  const searchedTo = new Date(2500).toISOString()
  expect(ids(applyChange(rows, { jobs: [], removed: [], searchedTo }, true, false))).toEqual([2, 1])
  expect(ids(applyChange(rows, { jobs: [], removed: [] }, true, false))).toEqual([])
})
