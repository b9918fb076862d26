import { describe, expect, test } from 'vitest'

import type { LedgerEntry, LoadKind } from '../ledger-entry.ts'
import { attempt, evidence, job, line } from './fixtures.ts'
import { checkPassCosts } from './pass-costs.ts'
import { checkPausedTenants } from './paused-tenants.ts'
import { checkRetryOrder } from './retry-order.ts'
import { checkTurns } from './turns.ts'

const sent = (item: string, kind: LoadKind, at = 1, notBefore?: number): LedgerEntry[] => [
  line(0, 'conductor', {
    type: 'sending',
    item,
    kind,
    tenant: 'ada',
    group: 'group',
    ...(notBefore !== undefined && { notBefore }),
  }),
  line(at, 'conductor', { type: 'sent', item, job: item, deduplicated: false }),
]
const startedAt = (id: string, atMs: number) => job(id, { startedAt: new Date(atMs) })
const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index))

describe('the job of a small tenant', () => {
  const wait = (smallSentAt: number, smallStartedAt: number, notBefore?: number) => {
    const large = times(100, (index) => `large-${index}`)
    const entries = [...large.flatMap((item) => sent(item, 'large')), ...sent('small', 'small', smallSentAt, notBefore)]
    const jobs = [...large.map((id, index) => startedAt(id, index * 10)), startedAt('small', smallStartedAt)]
    return checkTurns(evidence(entries, jobs), { slots: 10, maxRounds: 2 })
  }

  test('starts within a few rounds of a large one', () => {
    expect(wait(1, 205)).toEqual({ findings: [], max: 20 })
    const { findings } = wait(1, 215)
    expect(findings.map(({ message }) => message)).toEqual([
      'started after 21 jobs of another tenant, 2.1 rounds of 10',
    ])
  })

  test('waits from when it was sent and is due', () => {
    expect(wait(500, 505)).toEqual({ findings: [], max: 0 })
    expect(wait(1, 605, 500).max).toBe(10)
  })
})

describe('a job that came due before a retry', () => {
  const failed = (at: number, number: number): LedgerEntry[] => {
    const fields = attempt('retried', { attempt: number, definition: 'again' })
    return [
      line(at, 'w1.1', { type: 'started', ...fields }),
      line(at + 5, 'w1.1', { type: 'ended', how: 'threw', ...fields }),
    ]
  }
  const retries = (attempts: number, newerStartedAt: number) => {
    const entries = [...sent('retried', 'retried at once'), ...sent('newer', 'newer', 100)]
    const its = times(attempts, (index) => failed(index * 10, index + 1)).flat()
    const jobs = [startedAt('retried', 0), startedAt('newer', newerStartedAt)]
    return checkRetryOrder(evidence([...entries, ...its], jobs))
  }

  test('starts before it', () => {
    expect(retries(20, 132)).toEqual({ findings: [], max: 3 })
    const { findings } = retries(20, 142)
    expect(findings.map(({ message }) => message)).toEqual(['started after 4 retries of a run that came due later'])
  })

  test('may wait while attempts are repeated because of kills', () => {
    const again = times(6, (index) => line(110 + index * 10, 'w1.1', { type: 'started', ...attempt('retried') }))
    const jobs = [startedAt('retried', 0), startedAt('newer', 500)]
    const entries = [...sent('retried', 'retried at once'), ...sent('newer', 'newer', 100), ...again]
    expect(checkRetryOrder(evidence(entries, jobs)).max).toBe(0)
  })
})

test('a transaction costs what it changes', () => {
  const cost = (statements: number, rows: number, changed: number, by = 'w1.1') =>
    line(1, by, { type: 'transaction', statements, rows, changed })
  expect(checkPassCosts(evidence([cost(300, 300, 0), cost(3000, 2600, 500)], []))).toEqual({ findings: [], max: 600 })
  const { findings, max } = checkPassCosts(
    evidence([cost(500, 110, 0), cost(700, 600, 5), cost(900, 0, 0, 'w2.1')], []),
  )
  expect(max).toBe(1250)
  expect(findings.map(({ message }) => message)).toEqual([
    'a transaction of w1.1 changed 5 rows with 700 statements that read 600 rows',
    'a transaction of w2.1 changed 0 rows with 900 statements that read 0 rows',
  ])
})

test('no run starts while its tenant is paused', () => {
  const paused = line(900, 'conductor', { type: 'tenants were paused', group: 'group', from: 100, until: 800 })
  const message = (atMs: number): string[] =>
    checkPausedTenants(evidence([...sent('a', 'of a paused tenant'), paused], [startedAt('a', atMs)])).map(
      (finding) => finding.message,
    )
  expect(message(800)).toEqual([])
  expect(message(799)).toEqual(['started 699 ms after the pause'])
})
