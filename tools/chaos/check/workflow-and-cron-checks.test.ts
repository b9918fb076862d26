import { describe, expect, test } from 'vitest'

import type { LedgerEntry } from '../ledger-entry.ts'
import { checkCronTicks } from './cron-ticks.ts'
import { attempt, job, line, evidence } from './fixtures.ts'
import { checkSteps } from './steps.ts'

const flow = (more = {}) => attempt('f', { definition: 'flow', ...more })
const flowJob = job('f', { definitionId: 'flow' }, { event: 'chaos.flow' })
const made = (at: number, step: string, by = 'w1.1'): LedgerEntry[] => [
  line(at, by, { type: 'step', step, ...flow() }),
  line(at + 5, by, { type: 'step done', step, ...flow() }),
]
const started = (at: number, by = 'w1.1'): LedgerEntry => line(at, by, { type: 'started', ...flow() })
const turns = [...made(-20, 'turn 1'), ...made(-10, 'turn 2')]
const steps = [started(0), ...turns, ...made(10, 'one'), ...made(20, 'two'), ...made(30, 'three')]
const killed = line(13, 'conductor', { type: 'killed', process: 'w1.1', since: 12 })
const message = (entries: readonly LedgerEntry[], jobs = [flowJob]): string[] =>
  checkSteps(evidence(entries, jobs)).findings.map((finding) => finding.message)

describe('a step', () => {
  test('runs once', () => {
    expect(message(steps)).toEqual([])
    expect(message(steps.filter((entry) => !('step' in entry) || entry.step !== 'two'))).toEqual([
      '`two` never completed (run f-1)',
    ])
  })

  test('may repeat after its worker was killed', () => {
    const again = [started(0), ...turns, made(10, 'one')[0]!, killed, started(50, 'w2.1'), ...made(60, 'one', 'w2.1')]
    const rest = [...made(70, 'two', 'w2.1'), ...made(80, 'three', 'w2.1')]
    expect(checkSteps(evidence([...again, ...rest], [flowJob]))).toMatchObject({ findings: [], repeated: 1 })
  })

  test('may repeat if its worker began it between a pause and its next heartbeat', () => {
    const paused = (to: number) => line(to, 'conductor', { type: 'paused', process: 'w1.1', since: to - 3000 })
    const again = [...steps, started(50, 'w2.1'), ...made(60, 'three', 'w2.1')]
    expect(message([...again, paused(25)])).toEqual([])
    expect(message([...again, paused(-600)])).toHaveLength(1)
  })

  test('must not repeat without a fault', () => {
    expect(message([...steps, started(50, 'w2.1'), ...made(60, 'three', 'w2.1')])).toEqual([
      'w2.1 repeated `three` without a fault (run f-1)',
    ])
  })

  test('must not repeat once a later step has started, even after a kill', () => {
    const later = line(45, 'conductor', { type: 'killed', process: 'w1.1', since: 44 })
    expect(message([...steps, later, started(50, 'w2.1'), ...made(60, 'one', 'w2.1')])).toEqual([
      'w2.1 repeated `one` without a fault (run f-1)',
    ])
  })

  test('is compensated in reverse order', () => {
    const intended = line(0, 's1.1', { type: 'sending', item: 'f', kind: 'compensated flow', tenant: 'ada' })
    const compensation = (at: number, step: string) => line(at, 'w1.1', { type: 'compensation done', step, ...flow() })
    const failed = job('f', { definitionId: 'flow', state: 'failed' }, { event: 'chaos.flow' })
    expect(message([intended, ...steps, compensation(40, 'two'), compensation(50, 'one')], [failed])).toEqual([])
    expect(message([intended, ...steps, compensation(40, 'one'), compensation(50, 'two')], [failed])).toEqual([
      'the compensations ran in the wrong order (run f-1)',
    ])
    expect(message([intended, ...steps, compensation(40, 'two')], [failed])).toEqual([
      'a compensation is missing (run f-1)',
    ])
  })
})

describe('a cron tick', () => {
  const minuteMs = 60_000
  const ticked = (id: string) =>
    job(id, { definitionId: 'tick', output: { attempt: 1, by: 'w1.1', tick: minuteMs } }, { event: 'cron/tick' })
  const up = line(0, 'w1.1', { type: 'up', pid: 1 })
  const between = { ticksBetween: [1, minuteMs + 1] as const }
  const others = Array.from({ length: 130 }, (_, index) => line(index * 500, 's1.1', { type: 'up', pid: 1 }))
  const ticks = (entries: readonly LedgerEntry[], ids: readonly string[]) =>
    checkCronTicks(evidence([...entries, ...others], ids.map(ticked), between), ['tick']).findings.length

  test('creates one job', () => {
    expect(ticks([up], ['a'])).toBe(0)
    expect(ticks([up], ['a', 'b'])).toBe(1)
    expect(ticks([up], [])).toBe(1)
  })

  test('may create no job if no worker was healthy', () => {
    expect(ticks([], [])).toBe(0)
    expect(ticks([up, line(500, 'conductor', { type: 'killed', process: 'w1.1', since: 400 })], [])).toBe(0)
    const paused = line(minuteMs + 500, 'conductor', { type: 'paused', process: 'w1.1', since: minuteMs - 2000 })
    expect(ticks([up, paused], [])).toBe(0)
  })
})
