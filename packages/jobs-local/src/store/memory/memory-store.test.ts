import type { Envelope, Outcome } from '@cgk-platform/jobs-core/provider'
import { describe, expect, test } from 'vitest'

import { createEnvelope } from '../../../test/kit/stored-run.ts'
import { createMemoryStore } from './memory-store.ts'

const unlimited = () => undefined
const payload = { tenantId: 'acme', data: 'large' }
const failed: Outcome = { type: 'failed', error: { name: 'Error', message: 'failed' } }

/** Creates a store with one job and its running runs, and a function that ends them. */
function storeWith(runs: number, members: Partial<Envelope> = {}) {
  const store = createMemoryStore({ count: 100, ageMs: Number.MAX_SAFE_INTEGER }, Date)
  const envelope = createEnvelope({ payload, ...members })
  store.add([envelope], 0)
  const begin = (...definitionIds: string[]) => {
    for (const job of store.takeDueJobs(100, 0)) {
      const subscribers = definitionIds.map((definitionId) => ({ definitionId, maxAttempts: 3 }))
      if (runs > 0) store.addRuns(job, subscribers, 0)
      else store.endWithoutRuns(job, 'unhandled', 0)
    }
    return store.claim(100, unlimited, 0)
  }
  const { id } = envelope
  const started = begin(...['a', 'b'].slice(0, runs))
  return { store, id, begin, started, job: store.get(id)! }
}

describe('the payload of a job', () => {
  test.each<[outcome: Outcome, kept: unknown]>([
    [{ type: 'completed', output: 1 }, null],
    [{ type: 'cancelled' }, null],
    [failed, payload],
    [{ type: 'retry', afterMs: 5, error: { name: 'Error', message: 'again' } }, payload],
    [{ type: 'interrupted' }, payload],
  ])('after the outcome %o is %j', (outcome, kept) => {
    const { store, started, job } = storeWith(1)
    store.settle(started[0]!, 1, outcome, 1)
    expect(job.envelope.payload).toEqual(kept)
    expect(job.envelope).toMatchObject({ tenantId: 'acme', event: 'work.requested' })
  })

  test('stays if no job handles the event, and is deleted if the job is cancelled before it begins', () => {
    expect(storeWith(0).job.envelope.payload).toEqual(payload)
    const { store, id, job } = storeWith(1, { runAt: 1000 })
    store.cancel(id, 1)
    expect(job.envelope.payload).toBeNull()
  })

  test('is stored until the last run has ended', () => {
    const { store, started, job } = storeWith(2)
    store.settle(started[0]!, 1, { type: 'completed' }, 1)
    expect(job.envelope.payload).toEqual(payload)
    store.settle(started[1]!, 1, { type: 'completed' }, 2)
    expect(job.envelope.payload).toBeNull()
  })

  test('is stored for a retry after one run failed, and deleted once the retry has completed', () => {
    const { store, id, started, job } = storeWith(2)
    store.settle(started[0]!, 1, { type: 'completed' }, 1)
    store.settle(started[1]!, 1, failed, 2)
    store.retry(id, 3)
    const [again] = store.claim(100, unlimited, 3)
    expect(again!.job.envelope.payload).toEqual(payload)
    store.settle(again!, 1, { type: 'completed' }, 4)
    expect(job.envelope.payload).toBeNull()
  })

  test('does not change in the envelope of the sender', () => {
    const envelope = createEnvelope({ payload })
    const store = createMemoryStore({ count: 100, ageMs: Number.MAX_SAFE_INTEGER }, Date)
    store.add([envelope], 0)
    store.cancel(envelope.id, 1)
    expect(envelope.payload).toEqual(payload)
  })
})
