import { describe, expect, test } from 'vitest'

import type { Entry } from '../line.ts'
import { checkCronTicks } from './cron-ticks.ts'
import { attempt, job, line, story } from './made-up.ts'
import { checkSteps } from './steps.ts'

const flow = (more = {}) => attempt('f', { definition: 'flow', ...more })
const flowJob = job('f', { definitionId: 'flow' }, { event: 'chaos.flow' })
const made = (at: number, step: string, by = 'w1.1'): Entry[] => [
  line(at, by, { what: 'step', step, ...flow() }),
  line(at + 5, by, { what: 'step done', step, ...flow() }),
]
const began = (at: number, by = 'w1.1'): Entry => line(at, by, { what: 'began', ...flow() })
const steps = [began(0), ...made(10, 'one'), ...made(20, 'two'), ...made(30, 'three')]
const killed = line(13, 'conductor', { what: 'killed', process: 'w1.1', since: 12 })
const says = (entries: readonly Entry[], jobs = [flowJob]): string[] =>
  checkSteps(story(entries, jobs)).findings.map((finding) => finding.says)

describe('a step', () => {
  test('is made once', () => {
    expect(says(steps)).toEqual([])
    expect(says(steps.filter((entry) => !('step' in entry) || entry.step !== 'two'))).toEqual([
      '`two` was never done (run f-1)',
    ])
  })

  test('is made again where its worker was killed meanwhile', () => {
    const again = [began(0), made(10, 'one')[0]!, killed, began(50, 'w2.1'), ...made(60, 'one', 'w2.1')]
    const rest = [...made(70, 'two', 'w2.1'), ...made(80, 'three', 'w2.1')]
    expect(checkSteps(story([...again, ...rest], [flowJob]))).toMatchObject({ findings: [], repeated: 1 })
  })

  test('is not made again for nothing', () => {
    expect(says([...steps, began(50, 'w2.1'), ...made(60, 'three', 'w2.1')])).toEqual([
      '`three` was made again by w2.1, and nothing explains that (run f-1)',
    ])
  })

  test('is not made again once the code has come behind it, whatever happened to its worker', () => {
    const later = line(45, 'conductor', { what: 'killed', process: 'w1.1', since: 44 })
    expect(says([...steps, later, began(50, 'w2.1'), ...made(60, 'one', 'w2.1')])).toEqual([
      '`one` was made again by w2.1, and nothing explains that (run f-1)',
    ])
  })

  test('is compensated in reverse', () => {
    const wanted = line(0, 's1.1', { what: 'wanted', item: 'f', kind: 'compensated flow', tenant: 'ada' })
    const compensation = (at: number, step: string) => line(at, 'w1.1', { what: 'compensation done', step, ...flow() })
    const failed = job('f', { definitionId: 'flow', state: 'failed' }, { event: 'chaos.flow' })
    expect(says([wanted, ...steps, compensation(40, 'two'), compensation(50, 'one')], [failed])).toEqual([])
    expect(says([wanted, ...steps, compensation(40, 'one'), compensation(50, 'two')], [failed])).toEqual([
      'the compensations were made in the wrong order (run f-1)',
    ])
    expect(says([wanted, ...steps, compensation(40, 'two')], [failed])).toEqual(['not all was compensated (run f-1)'])
  })
})

describe('a tick', () => {
  const minuteMs = 60_000
  const ticked = (id: string) =>
    job(id, { definitionId: 'tick', output: { attempt: 1, by: 'w1.1', tick: minuteMs } }, { event: 'cron/tick' })
  const up = line(0, 'w1.1', { what: 'up' })
  const between = { ticksBetween: [1, minuteMs + 1] as const }
  const others = Array.from({ length: 130 }, (_, index) => line(index * 500, 's1.1', { what: 'up' }))
  const ticks = (entries: readonly Entry[], ids: readonly string[]) =>
    checkCronTicks(story([...entries, ...others], ids.map(ticked), between), ['tick']).findings.length

  test('makes one job', () => {
    expect(ticks([up], ['a'])).toBe(0)
    expect(ticks([up], ['a', 'b'])).toBe(1)
    expect(ticks([up], [])).toBe(1)
  })

  test('makes none where no worker was there', () => {
    expect(ticks([], [])).toBe(0)
    expect(ticks([up, line(500, 'conductor', { what: 'killed', process: 'w1.1', since: 400 })], [])).toBe(0)
    const paused = line(minuteMs + 500, 'conductor', { what: 'paused', process: 'w1.1', since: minuteMs - 2000 })
    expect(ticks([up, paused], [])).toBe(0)
  })
})
