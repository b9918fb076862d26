import { createWorkflowRecord, type Envelope, type StepRecord } from '@cgk-platform/jobs-core/provider'
import { describe, expect, test } from 'vitest'

import { createEnvelope } from '../kit/stored-run.ts'
import { createStore, storeNames, type StoreName } from '../kit/stores.ts'
import { maxPastEvents } from '../../src/rules/max-past-events.ts'
import type { StoredRun } from '../../src/records/stored-run.ts'

const event = 'order.delivered'
const workflow = { definitionId: 'work', maxAttempts: 3 }
const unlimited = () => undefined

/** Creates a store with a running workflow, whose waits count events since 0. */
function storeWith(name: StoreName) {
  const store = createStore(name)
  store.shared?.publishDefinitions([{ ...workflow, event: 'work.requested', versions: [null] }])
  store.lookAgain?.([{ ...workflow, event: 'work.requested', versions: [null] }])
  const [run] = begin(createEnvelope())
  run!.workflow = createWorkflowRecord(run!.id, undefined)

  /** Sends jobs and begins the runs of those that are due. */
  function begin(...envelopes: readonly Envelope[]): readonly StoredRun[] {
    store.add(envelopes, 0)
    for (let due = store.takeDueJobs(250, 0); due.length > 0; due = store.takeDueJobs(250, 0))
      for (const job of due) {
        store.resolveWaits(job.envelope, 0)
        store.addRuns(job, [workflow], 0)
      }
    return store.claim(250, unlimited, 0)
  }
  const wait = (key: string, more: Partial<StepRecord> = {}): StepRecord => {
    const { envelope } = run!.job
    const past = { event, since: 0, ownJobId: envelope.id }
    const step: StepRecord = {
      ...{ key, kind: 'waitForEvent', state: 'waiting', attempts: 0, startedAt: 10 },
      ...past,
      ...more,
    }
    run!.workflow!.steps.push(step)
    store.saveStep(run!, step, 10)
    return step
  }
  return { store, run: run!, begin, wait }
}

const idOf = ({ output }: StepRecord): unknown => (output as { readonly id: string } | undefined)?.id
const paid = (payload = {}): Envelope => createEnvelope({ event, payload: { tenantId: 'acme', ...payload } })

describe.each(storeNames)('a wait with `since` in %s', (name) => {
  test('gets an event whose job has completed, but none whose runs were cancelled', () => {
    const { store, begin, wait } = storeWith(name)
    const [cancelled, completed] = [paid(), paid({ order: 1 })]
    const [, second] = begin(cancelled, completed)
    store.cancel(cancelled.id, 1)
    store.settle(second!, 1, { type: 'completed' }, 1)
    expect(idOf(wait('one', { match: { order: 1 } }))).toBe(completed.id)
    expect(wait('two').state).toBe('waiting')
  })

  test('does not get an event that a parallel wait got', () => {
    const { store, begin, wait } = storeWith(name)
    const [one, two] = [wait('one'), wait('two')]
    const [first, second] = [paid(), paid()]
    for (const envelope of [first, second]) {
      begin(envelope)
      store.takeRunChanges(10)
    }
    expect([idOf(one), idOf(two)]).toEqual([first.id, second.id])
  })

  test('can learn up to when ended jobs are deleted', () => {
    const retention = { count: 1, ageMs: Number.MAX_SAFE_INTEGER }
    const store = createStore(name, { retention })
    expect(store.deletedUntil(100)).toBeLessThanOrEqual(0)
    const envelopes = [paid(), paid(), paid()]
    store.add(envelopes, 0)
    for (const [index, job] of store.takeDueJobs(3, 0).entries()) store.endWithoutRuns(job, 'completed', 10 + index)
    expect(store.deletedUntil(100)).toBeGreaterThanOrEqual(11)
  })

  test('for a signal reads only the signals to its job', () => {
    const { run, begin, wait } = storeWith(name)
    const approval = (jobId: string): Envelope =>
      createEnvelope({ event: 'signal/approval', references: [jobId], payload: { tenantId: 'acme', jobId } })
    begin(...Array.from({ length: maxPastEvents + 1 }, () => approval('another')))
    const { id } = run.job.envelope
    const own = approval(id)
    begin(own)
    expect(idOf(wait('approval', { event: 'signal/approval', match: { jobId: id } }))).toBe(own.id)
  })

  test('fails if it would have to read too many events', () => {
    const { begin, wait } = storeWith(name)
    begin(...Array.from({ length: maxPastEvents }, () => paid()))
    const late = paid({ order: 1 })
    expect(wait('all', { match: { order: 1 } }).state).toBe('waiting')
    begin(late)
    expect(wait('too many', { match: { order: 1 }, since: 0 })).toMatchObject({
      state: 'failed',
      error: { code: 'too_many_past_events' },
    })
  })
})
