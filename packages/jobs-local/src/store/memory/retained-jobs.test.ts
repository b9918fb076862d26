import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { createStoredJob } from '../../../test/kit/stored-run.ts'
import { turnBatch } from '../../rules/turn-batch.ts'
import type { StoredJob } from '../../records/stored-run.ts'
import type { Retention } from '../job-store.ts'
import { RetainedJobs } from './retained-jobs.ts'

function createRetained(retention: Retention) {
  const forgotten: StoredJob[] = []
  return { retained: new RetainedJobs(retention, { deleteJob: (job) => forgotten.push(job) }), forgotten }
}

describe('RetainedJobs', () => {
  test('deletes the oldest job if there are too many', () => {
    const { retained, forgotten } = createRetained({ count: 2, ageMs: 1000 })
    const jobs = [createStoredJob(), createStoredJob(), createStoredJob()]
    for (const job of jobs) retained.add(job, 0)
    expect(forgotten).toEqual([jobs[0]])
  })

  test('deletes jobs older than the maximum age when the next job ends', () => {
    const { retained, forgotten } = createRetained({ count: 100, ageMs: 1000 })
    const jobs = [createStoredJob(), createStoredJob(), createStoredJob()]
    retained.add(jobs[0]!, 0)
    retained.add(jobs[1]!, 1)
    retained.add(jobs[2]!, 1001)
    expect(forgotten).toEqual([jobs[0]])
  })

  test('deletes many old jobs in batches, one at each end of a job', () => {
    const { retained, forgotten } = createRetained({ count: 10_000, ageMs: 1000 })
    for (let job = 0; job < 2 * turnBatch; job++) retained.add(createStoredJob(), 0)
    const deleted = [0, 1].map(() => {
      retained.add(createStoredJob(), 2000)
      return forgotten.length
    })
    expect(deleted).toEqual([turnBatch, 2 * turnBatch])
  })

  test('retains nothing with a count of 0', () => {
    const { retained, forgotten } = createRetained({ count: 0, ageMs: 1000 })
    const job = createStoredJob()
    retained.add(job, 0)
    expect(forgotten).toEqual([job])
  })

  test('does not delete a reopened job, and retains it again from its second end', () => {
    const { retained, forgotten } = createRetained({ count: 2, ageMs: 1000 })
    const [again, ...others] = [createStoredJob(), createStoredJob(), createStoredJob(), createStoredJob()]
    retained.add(again, 0)
    retained.remove(again)
    retained.add(others[0]!, 0)
    retained.add(others[1]!, 0)
    expect(forgotten).toEqual([])
    retained.add(again, 0)
    expect(forgotten).toEqual([others[0]])
    retained.add(others[2]!, 0)
    expect(forgotten).toEqual([others[0], others[1]])
  })

  test('does not hold jobs that were reopened, however long the oldest one stays', () => {
    const { retained } = createRetained({ count: 100, ageMs: 1_000_000 })
    retained.add(createStoredJob(), 0)
    for (let job = 0; job < 10 * turnBatch; job++) {
      const reopened = createStoredJob()
      retained.add(reopened, 1)
      retained.remove(reopened)
    }
    expect(retained.held).toBeLessThan(3 * turnBatch)
  })

  test('deletes jobs that are too old, without the end of another one', () => {
    const { retained, forgotten } = createRetained({ count: 100, ageMs: 1000 })
    const job = createStoredJob()
    retained.add(job, 0)
    retained.prune(1001)
    expect(forgotten).toEqual([job])
  })

  test('retains the newest jobs and deletes each job once, for any sequence of operations', () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.nat(40).map((afterMs) => ({ end: afterMs })) },
      { weight: 1, arbitrary: fc.nat().map((which) => ({ reopen: which })) },
      { weight: 1, arbitrary: fc.nat().map((which) => ({ endAgain: which })) },
    )
    const retention = fc.record({ count: fc.nat(6), ageMs: fc.nat(100) })
    fc.assert(
      fc.property(retention, fc.array(step, { maxLength: 80 }), ({ count, ageMs }, steps) => {
        const { retained, forgotten } = createRetained({ count, ageMs })
        let model: { job: StoredJob; endedAt: number }[] = []
        const reopened: StoredJob[] = []
        const gone: StoredJob[] = []
        let now = 0
        const end = (job: StoredJob): void => {
          retained.add(job, now)
          model.push({ job, endedAt: now })
          const kept = model.filter(({ endedAt }, index) => index >= model.length - count && now - endedAt <= ageMs)
          gone.push(...model.filter((one) => !kept.includes(one)).map(({ job: one }) => one))
          model = kept
        }
        for (const one of steps) {
          if ('end' in one) {
            now += one.end
            end(createStoredJob())
          } else if ('reopen' in one && model.length > 0) {
            const { job } = model.splice(one.reopen % model.length, 1)[0]!
            retained.remove(job)
            reopened.push(job)
          } else if ('endAgain' in one && reopened.length > 0) {
            end(reopened.splice(one.endAgain % reopened.length, 1)[0]!)
          }
        }
        expect(forgotten).toEqual(gone)
      }),
    )
  })
})
