import { describe, expect, test } from 'vitest'

import { checkCancels } from './cancels.ts'
import { checkDelays } from './delays.ts'
import { checkEffects } from './effects.ts'
import { checkJobsEnded } from './jobs-ended.ts'
import { checkNoExtraJobs } from './no-extra-jobs.ts'
import { checkKeys } from './keys.ts'
import { attempt, done, job, line, evidence } from './fixtures.ts'
import { checkProcesses } from './processes.ts'
import type { Finding } from './indexed-evidence.ts'

const message = (findings: readonly Finding[]): string[] => findings.map((finding) => finding.message)
const intended = (item: string, more = {}) =>
  line(0, 's1.1', { type: 'sending', item, kind: 'plain', tenant: 'ada', ...more })
const sent = (item: string, id: string) => line(1, 's1.1', { type: 'sent', item, job: id, deduplicated: false })

describe('an acknowledged job', () => {
  test('passes if it has ended in its expected state', () => {
    const well = evidence(done('a'), [job('a')])
    expect([...checkJobsEnded(well), ...checkNoExtraJobs(well)]).toEqual([])
  })

  test('is lost if it is not in the store', () => {
    expect(message(checkJobsEnded(evidence([intended('a'), sent('a', 'a')], [])))).toEqual([
      'was acknowledged but is not in the store',
    ])
  })

  test('is stuck if it has not ended', () => {
    expect(message(checkJobsEnded(evidence(done('a'), [job('a', { state: 'queued' })])))).toEqual(['is still `queued`'])
  })

  test('fails the check if it has ended in another state', () => {
    const failed = evidence(done('a'), [job('a', { state: 'failed' })])
    expect(message(checkJobsEnded(failed))).toEqual(['is `failed`; a job of kind "plain" must end as completed'])
  })
})

describe('a job in the store', () => {
  test('is optional if its send has no result', () => {
    const [, , ...attempts] = done('a')
    expect(checkNoExtraJobs(evidence([intended('a'), ...attempts], [job('a')]))).toEqual([])
    expect(checkNoExtraJobs(evidence([intended('a')], []))).toEqual([])
  })

  test('must have been sent', () => {
    expect(message(checkNoExtraJobs(evidence([], [job('a')])))).toEqual(['is in the store, but no process sent it'])
  })

  test('must be unique', () => {
    const twice = evidence(
      [...done('a'), line(30, 'w1.1', { type: 'started', ...attempt('b', { item: 'a' }) })],
      [job('a')],
    )
    expect(message(checkNoExtraJobs(twice))).toEqual(['created 2 jobs: a, b'])
  })

  test('must not belong to a failed send', () => {
    const [, , ...attempts] = done('a')
    const refused = line(1, 's1.1', { type: 'send failed', item: 'a', error: 'cannot grow: the disk is full' })
    const found = checkNoExtraJobs(evidence([intended('a'), refused, ...attempts], [job('a')]))
    expect(message(found)).toEqual(['ran although its send failed (cannot grow: the disk is full)'])
  })

  test('must agree with the transactions of the app', () => {
    const transacted = intended('a', { kind: 'in a transaction' })
    expect(message(checkNoExtraJobs(evidence([transacted], [], { appItems: ['a'] })))).toEqual([
      'was committed by the app but has no job',
    ])
    const there = [transacted, ...done('a').slice(1)]
    expect(message(checkNoExtraJobs(evidence(there, [job('a')])))).toEqual([
      'was not committed by the app but has a job',
    ])
    expect(checkNoExtraJobs(evidence(there, [job('a')], { appItems: ['a'] }))).toEqual([])
  })
})

describe('an effect of a handler or a step in a transaction', () => {
  const entries = [intended('a', { kind: 'transacted' }), sent('a', 'a')]
  const ofJob = job('a', { definitionId: 'transacted' })

  test('must exist once if it has completed', () => {
    expect(checkEffects(evidence(entries, [ofJob], { effects: new Map([['a', 1]]) }))).toEqual([])
    expect(message(checkEffects(evidence(entries, [ofJob], { effects: new Map([['a', 2]]) })))).toEqual([
      'the effect `a` exists 2 times, not 1',
    ])
    const flow = job('a', { definitionId: 'transacted-flow' })
    expect(message(checkEffects(evidence(entries, [flow], { effects: new Map([['a/one', 1]]) })))).toEqual([
      'the effect `a/two` exists 0 times, not 1',
    ])
  })

  test('must not exist otherwise', () => {
    const failed = job('a', { definitionId: 'transacted', state: 'failed' })
    expect(message(checkEffects(evidence(entries, [failed], { effects: new Map([['a', 1]]) })))).toEqual([
      'the effect `a` exists 1 times, not 0',
    ])
    expect(message(checkEffects(evidence([], [], { effects: new Map([['b', 1]]) })))).toEqual([
      'the effect `b` exists 1 times, not 0',
    ])
  })
})

test('a send in a transaction of the app may fail only because its connection is lost', () => {
  const refused = (error: string) =>
    checkNoExtraJobs(evidence([intended('a'), line(1, 's1.1', { type: 'send failed', item: 'a', error })], []))
  const words = 'may have been stored by the app: Error: '
  expect(refused(`${words}Connection terminated unexpectedly`)).toEqual([])
  expect(message(refused(`${words}syntax error`))).toEqual([`${words}syntax error`])
})

test('a send may fail only while the disk is full', () => {
  const refused = line(1, 's1.1', { type: 'send failed', item: 'a', error: 'is damaged' })
  expect(message(checkNoExtraJobs(evidence([intended('a'), refused], [])))).toEqual(['is damaged'])
})

test('an idempotency key must create one job, whichever process sends with it', () => {
  const both = [intended('a', { key: 'k' }), intended('b', { key: 'k' }), sent('a', 'one')]
  expect(checkKeys(evidence([...both, sent('b', 'one')], []))).toEqual([])
  expect(message(checkKeys(evidence([...both, sent('b', 'two')], [])))).toEqual(['`k` created 2 jobs: one, two'])
})

describe('a cancelled job', () => {
  const cancelled = [
    intended('a', { kind: 'cancelled' }),
    sent('a', 'a'),
    line(5, 's1.1', { type: 'cancelling', job: 'a' }),
    line(6, 's1.1', { type: 'cancelled', job: 'a', state: 'cancelled' }),
  ]

  test('must keep its state', () => {
    expect(checkCancels(evidence(cancelled, [job('a', { state: 'cancelled' })]))).toEqual([])
    expect(message(checkCancels(evidence(cancelled, [job('a')])))).toEqual([
      'was `cancelled` after its cancel request, and is now `completed`',
    ])
  })

  test('must not start another attempt', () => {
    const late = line(5000, 'w1.1', { type: 'started', ...attempt('a') })
    // Other processes keep working, so that this is not a stall of all writes.
    const others = [1000, 1900, 2800, 3700, 4600].map((at) => line(at, 's2.1', { type: 'up', pid: 1 }))
    const found = checkCancels(evidence([...cancelled, ...others, late], [job('a', { state: 'cancelled' })]))
    expect(message(found)).toEqual(['attempt 1 started 4994 ms after the cancel request completed'])
  })

  test('must have a cancel request', () => {
    expect(message(checkCancels(evidence(done('a'), [job('a', { state: 'cancelled' })])))).toEqual([
      'was cancelled without a cancel request',
    ])
  })
})

test('a delayed job must not start early', () => {
  const delayed = intended('a', { kind: 'delayed', notBefore: 500 })
  const started = (wall: number) => line(10, 'w1.1', { type: 'started', ...attempt('a', { wall }) })
  expect(checkDelays(evidence([delayed, started(500)], []))).toEqual([])
  expect(message(checkDelays(evidence([delayed, started(498)], [])))).toEqual(['started 2 ms too early'])
})

test('the file must be intact, no job open, and no exit unexpected', () => {
  const exited = line(1, 'conductor', { type: 'exited', process: 'w1.1', message: 'code 1' })
  const found = checkProcesses(
    evidence([...done('a'), exited], [job('a')], { integrity: 'row 3 missing', isDrained: false }),
  )
  expect(found.map(({ rule }) => rule)).toEqual([
    'the store passes the integrity check',
    'no run is stuck',
    'no process exits unexpectedly',
  ])
})

test('a chaos run without a completed job fails', () => {
  expect(checkProcesses(evidence([], [])).map(({ rule }) => rule)).toEqual(['at least one job completes'])
  expect(checkProcesses(evidence(done('a'), [job('a')]))).toEqual([])
})
