import { describe, expect, test } from 'vitest'

import type { Entry } from '../line.ts'
import { checkAttempts } from './attempts.ts'
import { checkConcurrency } from './concurrency.ts'
import { checkLastAttempts } from './last-attempt.ts'
import { attempt, done, job, line, story } from './made-up.ts'

/** Attempt 1 on `w1.1` from 10 on, attempt 2 on `w2.1` from 3000 on, which ends it. */
const again: Entry[] = [
  ...done('a').slice(0, 3),
  line(3000, 'w2.1', { what: 'began', ...attempt('a', { attempt: 2 }) }),
  line(3010, 'w2.1', { what: 'ended', how: 'returned', ...attempt('a', { attempt: 2 }) }),
]
const ended = job('a', { attempts: 2, output: { attempt: 2, by: 'w2.1' } })
/** Others go on sending meanwhile, so that it is no silence of all. */
const others = Array.from({ length: 60 }, (_, index) => line(index * 100, 's9.1', { what: 'up' }))

describe('another attempt', () => {
  test.each<[cause: string, trouble: Entry]>([
    ['its worker was killed', line(600, 'conductor', { what: 'killed', process: 'w1.1', since: 500 })],
    ['its worker was paused', line(3500, 'conductor', { what: 'paused', process: 'w1.1', since: 500 })],
    ['its worker got no processor', line(2900, 'w1.1', { what: 'stalled', since: 500 })],
    ['the disk was full', line(2900, 'conductor', { what: 'disk was full', since: 500 })],
  ])('is explained where %s meanwhile', (cause, trouble) => {
    const { findings, explained } = checkAttempts(story([...again, ...others, trouble], [ended]))
    expect([findings, [...explained]]).toEqual([[], [[cause, 1]]])
  })

  test('is explained where nobody could write', () => {
    const { findings, explained } = checkAttempts(story(again, [ended]))
    expect([findings, [...explained]]).toEqual([[], [['nobody could write', 1]]])
  })

  test.each<[words: string, trouble: Entry]>([
    ['another worker was paused', line(3500, 'conductor', { what: 'paused', process: 'w3.1', since: 500 })],
    [
      'its worker was paused for too short a time',
      line(900, 'conductor', { what: 'paused', process: 'w1.1', since: 500 }),
    ],
    ['its worker was killed later', line(4100, 'conductor', { what: 'killed', process: 'w1.1', since: 4000 })],
  ])('is not where %s', (_words, trouble) => {
    const { findings } = checkAttempts(story([...again, ...others, trouble], [ended]))
    expect(findings.map(({ says }) => says)).toEqual([
      'attempt 1 of 2 of run a-1 is followed by another, and nothing explains that',
    ])
  })

  test('is explained where its worker was killed before it could write down what it had begun', () => {
    const unwritten = again.filter((entry) => entry.what !== 'began' || entry.attempt !== 1)
    const killed = (process: string) => line(600, 'conductor', { what: 'killed', process, since: 500 })
    expect(checkAttempts(story([...unwritten, ...others, killed('w1.1')], [ended])).findings).toEqual([])
    expect(checkAttempts(story([...unwritten, ...others, killed('s1.1')], [ended])).findings).toHaveLength(1)
    const paused = line(3500, 'conductor', { what: 'paused', process: 'w1.1', since: 500 })
    expect(checkAttempts(story([...unwritten, ...others, paused], [ended])).findings).toEqual([])
  })

  test('is demanded where the one before failed as scripted', () => {
    const threw = line(20, 'w1.1', { what: 'ended', how: 'threw', ...attempt('a') })
    const retried = { ...again[0], kind: 'retried' } as Entry
    const { findings, explained } = checkAttempts(story([retried, ...again.slice(1), ...others, threw], [ended]))
    expect([findings, explained.size]).toEqual([[], 0])
  })

  test('has a number of its own', () => {
    const twice = line(30, 'w2.1', { what: 'began', ...attempt('a') })
    const { findings } = checkAttempts(story([...done('a'), twice], [job('a')]))
    expect(findings.map(({ says }) => says)).toEqual(['attempt 1 of run a-1 was begun twice'])
  })

  test('after a kill tells how long the takeover took', () => {
    const killed = line(600, 'conductor', { what: 'killed', process: 'w1.1', since: 500 })
    expect(checkAttempts(story([...again, ...others, killed], [ended])).longest.killed).toEqual({
      durationMs: 2500,
      run: 'a-1',
    })
  })
})

describe('a run', () => {
  const says = (entries: readonly Entry[], jobs = [ended]): string[] =>
    checkLastAttempts(story(entries, jobs)).map((finding) => finding.says)

  test('is ended by its last attempt', () => {
    expect(says(again)).toEqual([])
  })

  test('is not ended by one that was taken over', () => {
    const late = line(3500, 'w1.1', { what: 'ended', how: 'returned', ...attempt('a') })
    const overwritten = job('a', { attempts: 2, output: { attempt: 1, by: 'w1.1' } })
    expect(says([...again, late], [overwritten])).toEqual(['run a-1 was completed by attempt 1 of 2'])
  })

  test('has no attempts after its end', () => {
    const more = line(4000, 'w1.1', { what: 'began', ...attempt('a', { attempt: 3 }) })
    expect(says([...again, more])).toEqual(['run a-1 had 2 attempts, and attempt 3 was begun by w1.1'])
  })
})

describe('the limit of a tenant', () => {
  const under = (id: string, from: number, to: number): Entry[] => [
    line(from, 'w1.1', { what: 'began', ...attempt(id) }),
    line(to, 'w1.1', { what: 'ended', how: 'returned', ...attempt(id) }),
  ]

  test('holds over all workers', () => {
    const entries = [...under('a', 0, 10), ...under('b', 5, 15), ...under('c', 10, 20)]
    expect(checkConcurrency(story(entries, []), 'work', 2)).toEqual({ findings: [], most: 2 })
    const { findings } = checkConcurrency(story(entries, []), 'work', 1)
    expect(findings.map(({ says }) => says)).toEqual(['`ada` had 2 runs under way at once'])
  })

  test('does not count what a worker still believed to have that was killed in its pause', () => {
    const paused = line(4900, 'conductor', { what: 'paused', process: 'w1.1', since: 100 })
    const killed = line(4910, 'conductor', { what: 'killed', process: 'w1.1', since: 4890 })
    const entries = [...under('a', 0, 5000).slice(0, 1), ...under('b', 4000, 4010), ...others, paused, killed]
    expect(checkConcurrency(story(entries, []), 'work', 1).most).toBe(1)
  })

  test('does not count what a paused worker still believes to have', () => {
    const entries = [...under('a', 0, 5000), ...under('b', 4000, 4010), ...others]
    const paused = line(4900, 'conductor', { what: 'paused', process: 'w1.1', since: 100 })
    expect(checkConcurrency(story([...entries, paused], []), 'work', 1).most).toBe(1)
  })
})
