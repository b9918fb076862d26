import { expect, test } from 'vitest'

import { createFakeInspection, jobSummary } from '../../test/kit/fake-inspection.ts'
import { createFakeProvider } from '../../test/kit/fake-provider.ts'
import { createManualClock } from '../../test/kit/manual-clock.ts'
import { createClient } from '../client/create-client.ts'
import type { JobsChange } from './job-inspector.ts'

test.each(['throws', 'rejects'])('a change with which the listener %s is reported again', async (how) => {
  const clock = createManualClock(0)
  const provider = createFakeProvider({ inspection: createFakeInspection([jobSummary('a', 1)]) })
  const client = createClient({ load: () => provider }, { jobs: [], clock })
  const errors: unknown[] = []
  const changes: string[][] = []
  const listener = ({ jobs }: JobsChange): unknown => {
    const error = new Error('The page is not ready')
    if (errors.length === 0 && how === 'rejects') return Promise.reject(error)
    if (errors.length === 0) throw error
    return changes.push(jobs.map(({ id }) => id))
  }
  client.inspect.subscribe({}, listener, { onError: (error) => errors.push(error) })
  await clock.advance(2000)
  expect([errors.length, changes]).toEqual([1, [['a']]])
  await client.close()
})

test('the listener is awaited, and a stop does not wait for it', async () => {
  const fake = createFakeInspection([jobSummary('a', 1)])
  const watchers = fake.watchers
  const provider = createFakeProvider({
    inspection: { ...fake, watch: (changed) => (watchers.add(changed), () => void watchers.delete(changed)) },
  })
  const clock = createManualClock(0)
  const client = createClient({ load: () => provider }, { jobs: [], clock })
  const taken: (() => void)[] = []
  const stop = client.inspect.subscribe({}, () => new Promise<void>((resolve) => void taken.push(resolve)))
  await clock.advance(0)
  fake.jobs[0] = jobSummary('a', 1, { state: 'failed' })
  for (const changed of watchers) changed()
  await clock.advance(5000)
  expect([taken.length, fake.queries.length]).toEqual([1, 1])
  taken[0]!()
  await clock.advance(1000)
  expect([taken.length, fake.queries.length]).toEqual([2, 2])
  stop()
  expect(watchers.size).toBe(0)
})

test('a change tells up to which time the jobs are watched, if there may be older ones', async () => {
  const jobs = Array.from({ length: 9 }, (_none, index) => jobSummary(`j${index}`, index))
  const seen: JobsChange[] = []
  for (const [pageSize, limit] of [
    [1000, 100],
    [1000, 4],
    [2, 100],
  ] as const) {
    const provider = createFakeProvider({ inspection: createFakeInspection([...jobs], pageSize) })
    const clock = createManualClock(0)
    const client = createClient({ load: () => provider }, { jobs: [], clock })
    const stop = client.inspect.subscribe({}, (change) => seen.push(change), { limit })
    await clock.advance(0)
    stop()
  }
  expect(seen.map((change) => [change.jobs.length, change.searchedTo?.getTime()])).toEqual([
    [9, undefined],
    [4, 5],
    [4, 5],
  ])
})
