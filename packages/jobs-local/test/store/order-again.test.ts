import type { Outcome } from '@cgk-platform/jobs-core/provider'
import { describe, expect, test } from 'vitest'

import type { JobStore, LimitsOf } from '../../src/store/job-store.ts'
import type { StoredRun } from '../../src/records/stored-run.ts'
import type { Subscriber } from '../../src/records/subscriber.ts'
import { changed } from '../kit/open-store.ts'
import { createEnvelope } from '../kit/stored-run.ts'
import { createStore, storeNames } from '../kit/stores.ts'

const unlimited: LimitsOf = () => undefined
const error = { name: 'Error', message: 'failed' }

/** Adds a run that waits for the only slot. Returns the id of its job. */
async function push(store: JobStore, now: number, subscriber: Partial<Subscriber> = {}): Promise<string> {
  const envelope = createEnvelope({ sentAt: now })
  await changed(store, () => {
    store.add([envelope], now)
    for (const job of store.takeDueJobs(10, now))
      store.addRuns(job, [{ definitionId: 'work', maxAttempts: 1000, ...subscriber }], now)
  })
  return envelope.id
}

/** Claims one run after another, each a millisecond later, until a job starts. Returns the number of other starts. */
async function startsBefore(
  store: JobStore,
  jobId: string,
  end: (run: StoredRun, now: number) => void | Promise<void>,
) {
  for (let starts = 0; starts < 50; starts++) {
    const now = 100 + starts
    const [run] = await changed(store, () => store.claim(1, unlimited, now))
    if (run!.job.envelope.id === jobId) return starts
    await end(run!, now)
  }
  return Number.POSITIVE_INFINITY
}

describe.each(storeNames)('a run of the %s store that waits again', (name) => {
  const again: Readonly<Record<string, (now: number) => Outcome>> = {
    'after a failed attempt': () => ({ type: 'retry', afterMs: 0, error }),
    'to resume a workflow at once': (now) => ({ type: 'suspended', wakeAt: now }),
  }

  test.each(Object.entries(again))('%s comes after those that were due before', async (_how, outcomeAt) => {
    const store = createStore(name, { clock: { now: () => 100 } })
    await push(store, 0)
    await push(store, 0)
    const third = await push(store, 1)
    const starts = await startsBefore(store, third, async (run, now) => {
      await changed(store, () => store.settle(run, run.attempts, outcomeAt(now), now, true))
    })
    // In memory, runs that start again take turns with first starts.
    expect(starts).toBeLessThanOrEqual(3)
  })

  test('because it was retried by hand comes after those that were due before', async () => {
    const store = createStore(name, { clock: { now: () => 100 } })
    await push(store, 0)
    await push(store, 0)
    const third = await push(store, 1)
    const starts = await startsBefore(store, third, async (run, now) => {
      await changed(store, () => store.settle(run, run.attempts, { type: 'failed', error }, now, true))
      await changed(store, () => store.retry(run.job.envelope.id, now))
    })
    expect(starts).toBeLessThanOrEqual(3)
  })
})
