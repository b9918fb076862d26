import { describe, expect, test } from 'vitest'

import type { LedgerEntry } from '../ledger-entry.ts'
import { checkAttempts } from './attempts.ts'
import { checkConcurrency } from './concurrency.ts'
import { checkLastAttempts } from './last-attempt.ts'
import { attempt, done, job, line, evidence } from './fixtures.ts'

/** Attempt 1 on `w1.1` from 10 on, attempt 2 on `w2.1` from 3000 on, which ends it. */
const again: LedgerEntry[] = [
  ...done('a').slice(0, 3),
  line(3000, 'w2.1', { type: 'started', ...attempt('a', { attempt: 2 }) }),
  line(3010, 'w2.1', { type: 'ended', how: 'returned', ...attempt('a', { attempt: 2 }) }),
]
const ended = job('a', { attempts: 2, output: { attempt: 2, by: 'w2.1' } })
/** Other processes keep sending, so that this is not a stall of all writes. */
const others = Array.from({ length: 60 }, (_, index) => line(index * 100, 's9.1', { type: 'up', pid: 1 }))

describe('a repeated attempt', () => {
  test.each<[cause: string, fault: LedgerEntry]>([
    ['its worker was killed', line(600, 'conductor', { type: 'killed', process: 'w1.1', since: 500 })],
    ['its worker was paused', line(3500, 'conductor', { type: 'paused', process: 'w1.1', since: 500 })],
    ['its worker got no CPU time', line(2900, 'w1.1', { type: 'stalled', since: 500 })],
    ['the disk was full', line(2900, 'conductor', { type: 'disk was full', since: 500 })],
  ])('is explained if %s', (cause, fault) => {
    const { findings, explained } = checkAttempts(evidence([...again, ...others, fault], [ended]))
    expect([findings, [...explained]]).toEqual([[], [[cause, 1]]])
  })

  test('is explained if its worker could not renew its lease', () => {
    const up = line(0, 'w1.1', { type: 'up', pid: 7 })
    const messages = (removedAt: number): string[] => {
      const removedWorkers = [{ pid: 7, heartbeatAt: 500, removedAt }]
      const found = evidence([...again, ...others, up], [ended], { removedWorkers })
      return checkAttempts(found).findings.map(({ message }) => message)
    }
    expect(messages(2600)).toEqual([])
    // Others removed it before its lease had expired.
    expect(messages(2400)).toEqual(['attempt 1 of 2 of run a-1 was repeated without a fault'])
  })

  test('is explained if all writes were blocked', () => {
    const { findings, explained } = checkAttempts(evidence(again, [ended]))
    expect([findings, [...explained]]).toEqual([[], [['all writes were blocked', 1]]])
  })

  test.each<[words: string, fault: LedgerEntry]>([
    ['another worker was paused', line(3500, 'conductor', { type: 'paused', process: 'w3.1', since: 500 })],
    [
      'its worker was paused for too short a time',
      line(900, 'conductor', { type: 'paused', process: 'w1.1', since: 500 }),
    ],
    ['its worker was killed later', line(4100, 'conductor', { type: 'killed', process: 'w1.1', since: 4000 })],
  ])('is not explained if %s', (_words, fault) => {
    const { findings } = checkAttempts(evidence([...again, ...others, fault], [ended]))
    expect(findings.map(({ message }) => message)).toEqual(['attempt 1 of 2 of run a-1 was repeated without a fault'])
  })

  test('is explained if its worker was killed before it wrote the entry of the attempt', () => {
    const unwritten = again.filter((entry) => entry.type !== 'started' || entry.attempt !== 1)
    const killed = (process: string) => line(600, 'conductor', { type: 'killed', process, since: 500 })
    expect(checkAttempts(evidence([...unwritten, ...others, killed('w1.1')], [ended])).findings).toEqual([])
    expect(checkAttempts(evidence([...unwritten, ...others, killed('s1.1')], [ended])).findings).toHaveLength(1)
    const paused = line(3500, 'conductor', { type: 'paused', process: 'w1.1', since: 500 })
    expect(checkAttempts(evidence([...unwritten, ...others, paused], [ended])).findings).toEqual([])
  })

  test('needs no explanation after a scripted failure', () => {
    const threw = line(20, 'w1.1', { type: 'ended', how: 'threw', ...attempt('a') })
    const retried = { ...again[0], kind: 'retried' } as LedgerEntry
    const { findings, explained } = checkAttempts(evidence([retried, ...again.slice(1), ...others, threw], [ended]))
    expect([findings, explained.size]).toEqual([[], 0])
  })

  test('has its own number, unless a fault interrupted it', () => {
    const messages = (entries: readonly LedgerEntry[]): string[] =>
      checkAttempts(evidence([...entries, ...others], [job('a')])).findings.map(({ message }) => message)
    const twice = [...done('a'), line(30, 'w2.1', { type: 'started', ...attempt('a') })]
    expect(messages(twice)).toEqual(['attempt 1 of run a-1 started twice without a fault'])
    expect(messages([...twice, line(25, 'conductor', { type: 'killed', process: 'w1.1', since: 22 })])).toEqual([])
    expect(messages([...twice, line(25, 'w1.1', { type: 'dying', ...attempt('poison') })])).toEqual([])
    expect(messages([...twice, line(25, 'w3.1', { type: 'dying', ...attempt('poison') })])).toHaveLength(1)
  })

  test('counts after the death of its process only if it was alone in it', () => {
    const began = line(15, 'w1.1', { type: 'started', ...attempt('b') })
    const killed = line(600, 'conductor', { type: 'killed', process: 'w1.1', since: 500 })
    const unended = [...again.filter(({ by, type }) => by !== 'w1.1' || type !== 'ended'), ...others, killed]
    const messages = (...more: LedgerEntry[]): string[] =>
      checkAttempts(evidence([...unended, ...more], [ended])).findings.map(({ message }) => message)
    expect(messages()).toEqual([])
    expect(messages(began)).toEqual(['attempt 1 of run a-1 counted, but run b-1 ran in w1.1 too'])
    expect(messages(began, line(400, 'w1.1', { type: 'ended', how: 'returned', ...attempt('b') }))).toEqual([])
    expect(messages({ ...began, by: 'w3.1' })).toEqual([])
    // The first attempt may have begun again in a worker that was killed before it wrote an entry.
    expect(messages(began, line(1600, 'conductor', { type: 'killed', process: 'w3.1', since: 1500 }))).toEqual([])
    // Other workers may have taken over one of the runs before.
    const paused = line(450, 'conductor', { type: 'paused', process: 'w1.1', since: -1600 })
    expect(messages(began, paused)).toEqual([])
  })

  test('counts for the longest takeover, after a kill', () => {
    const killed = line(600, 'conductor', { type: 'killed', process: 'w1.1', since: 500 })
    expect(checkAttempts(evidence([...again, ...others, killed], [ended])).longest.killed).toEqual({
      durationMs: 2500,
      run: 'a-1',
    })
  })
})

describe('a run', () => {
  const message = (entries: readonly LedgerEntry[], jobs = [ended]): string[] =>
    checkLastAttempts(evidence(entries, jobs)).map((finding) => finding.message)

  test('ends with its last attempt', () => {
    expect(message(again)).toEqual([])
  })

  test('does not end with an attempt that was taken over', () => {
    const late = line(3500, 'w1.1', { type: 'ended', how: 'returned', ...attempt('a') })
    const overwritten = job('a', { attempts: 2, output: { attempt: 1, by: 'w1.1' } })
    expect(message([...again, late], [overwritten])).toEqual(['run a-1 was completed by attempt 1 of 2'])
  })

  test('has no attempts after its end', () => {
    const more = line(4000, 'w1.1', { type: 'started', ...attempt('a', { attempt: 3 }) })
    expect(message([...again, more])).toEqual(['run a-1 had 2 attempts, but w1.1 started attempt 3'])
  })

  test('does not count an attempt that a crash interrupted before the run was cancelled', () => {
    const started = done('a').slice(0, 3)
    const killed = line(40, 'conductor', { type: 'killed', process: 'w1.1', since: 30 })
    const cancelled = job('a', { state: 'cancelled', attempts: 0 })
    expect(message([...started, killed], [cancelled])).toEqual([])
    expect(message(started, [cancelled])).toEqual(['run a-1 had 0 attempts, but w1.1 started attempt 1'])
  })
})

describe('the concurrency limit of a tenant', () => {
  const under = (id: string, from: number, to: number): LedgerEntry[] => [
    line(from, 'w1.1', { type: 'started', ...attempt(id) }),
    line(to, 'w1.1', { type: 'ended', how: 'returned', ...attempt(id) }),
  ]

  test('applies to all workers together', () => {
    const entries = [...under('a', 0, 10), ...under('b', 5, 15), ...under('c', 10, 20)]
    expect(checkConcurrency(evidence(entries, []), 'work', 2)).toEqual({ findings: [], max: 2 })
    const { findings } = checkConcurrency(evidence(entries, []), 'work', 1)
    expect(findings.map(({ message }) => message)).toEqual(['`ada` had 2 concurrent runs; the limit is 1'])
  })

  test('applies to each store of limited jobs', () => {
    const sending = (item: string, store: string): LedgerEntry =>
      line(0, 's1.1', { type: 'sending', item, kind: 'limited', tenant: 'ada', store })
    const entries = [...under('a', 0, 10), ...under('b', 5, 15), ...under('c', 6, 20)]
    const sends = [sending('a', 'north'), sending('b', 'south'), sending('c', 'north')]
    expect(checkConcurrency(evidence([...sends, ...entries], []), 'work', 2, true).max).toBe(2)
    const { findings } = checkConcurrency(evidence([...sends, ...entries], []), 'work', 1, true)
    expect(findings.map(({ message }) => message)).toEqual(['`ada north` had 2 concurrent runs; the limit is 1'])
  })

  test('ignores the runs of a worker that was killed during a pause', () => {
    const paused = line(4900, 'conductor', { type: 'paused', process: 'w1.1', since: 100 })
    const killed = line(4910, 'conductor', { type: 'killed', process: 'w1.1', since: 4890 })
    const entries = [...under('a', 0, 5000).slice(0, 1), ...under('b', 4000, 4010), ...others, paused, killed]
    expect(checkConcurrency(evidence(entries, []), 'work', 1).max).toBe(1)
  })

  test('ignores the runs that a worker starts while it dies', () => {
    const dying = line(100, 'w1.1', { type: 'dying', ...attempt('poison') })
    const late = line(101, 'w1.1', { type: 'started', ...attempt('a') })
    const other = line(110, 'w2.1', { type: 'started', ...attempt('b') })
    expect(checkConcurrency(evidence([dying, late, other], []), 'work', 1).max).toBe(1)
  })

  test('ignores the runs of a paused worker', () => {
    const entries = [...under('a', 0, 5000), ...under('b', 4000, 4010), ...others]
    const paused = line(4900, 'conductor', { type: 'paused', process: 'w1.1', since: 100 })
    expect(checkConcurrency(evidence([...entries, paused], []), 'work', 1).max).toBe(1)
  })
})
