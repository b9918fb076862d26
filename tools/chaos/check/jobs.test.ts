import { describe, expect, test } from 'vitest'

import { checkCancels } from './cancels.ts'
import { checkDelays } from './delays.ts'
import { checkJobsEnded } from './jobs-ended.ts'
import { checkJobsWanted } from './jobs-wanted.ts'
import { checkKeys } from './keys.ts'
import { attempt, done, job, line, story } from './made-up.ts'
import { checkProcesses } from './processes.ts'
import type { Finding } from './story.ts'

const says = (findings: readonly Finding[]): string[] => findings.map((finding) => finding.says)
const wanted = (item: string, more = {}) =>
  line(0, 's1.1', { what: 'wanted', item, kind: 'plain', tenant: 'ada', ...more })
const sent = (item: string, id: string) => line(1, 's1.1', { what: 'sent', item, job: id, deduplicated: false })

describe('what was acknowledged', () => {
  test('is well where it is there and has ended as its script says', () => {
    const well = story(done('a'), [job('a')])
    expect([...checkJobsEnded(well), ...checkJobsWanted(well)]).toEqual([])
  })

  test('is lost where the file does not have it', () => {
    expect(says(checkJobsEnded(story([wanted('a'), sent('a', 'a')], [])))).toEqual([
      'was acknowledged, and the file does not have it',
    ])
  })

  test('is stuck where it has not ended', () => {
    expect(says(checkJobsEnded(story(done('a'), [job('a', { state: 'queued' })])))).toEqual(['is still `queued`'])
  })

  test('is wrong where it has ended otherwise', () => {
    const failed = story(done('a'), [job('a', { state: 'failed' })])
    expect(says(checkJobsEnded(failed))).toEqual(['is `failed`, and a job that is plain ends as completed'])
  })
})

describe('what is there', () => {
  test('may be there or not where its send was never answered', () => {
    const [, , ...attempts] = done('a')
    expect(checkJobsWanted(story([wanted('a'), ...attempts], [job('a')]))).toEqual([])
    expect(checkJobsWanted(story([wanted('a')], []))).toEqual([])
  })

  test('was wanted by somebody', () => {
    expect(says(checkJobsWanted(story([], [job('a')])))).toEqual(['is there, and nobody was about to send it'])
  })

  test('is there once', () => {
    const twice = story([...done('a'), line(30, 'w1.1', { what: 'began', ...attempt('b', { item: 'a' }) })], [job('a')])
    expect(says(checkJobsWanted(twice))).toEqual(['has become 2 jobs: a, b'])
  })

  test('was not refused', () => {
    const [, , ...attempts] = done('a')
    const refused = line(1, 's1.1', { what: 'refused', item: 'a', error: 'cannot grow: the disk is full' })
    const found = checkJobsWanted(story([wanted('a'), refused, ...attempts], [job('a')]))
    expect(says(found)).toEqual(['was refused (cannot grow: the disk is full), and ran all the same'])
  })

  test('agrees with what the app has committed', () => {
    const transacted = wanted('a', { kind: 'in a transaction' })
    expect(says(checkJobsWanted(story([transacted], [], { appItems: ['a'] })))).toEqual([
      'was committed by the app, and has no job',
    ])
    const there = [transacted, ...done('a').slice(1)]
    expect(says(checkJobsWanted(story(there, [job('a')])))).toEqual(['was not committed by the app, and has a job'])
    expect(checkJobsWanted(story(there, [job('a')], { appItems: ['a'] }))).toEqual([])
  })
})

test('a send is refused while the disk is full, and otherwise for nothing', () => {
  const refused = line(1, 's1.1', { what: 'refused', item: 'a', error: 'is damaged' })
  expect(says(checkJobsWanted(story([wanted('a'), refused], [])))).toEqual(['is damaged'])
})

test('an idempotency key makes one job, whoever sends with it', () => {
  const both = [wanted('a', { key: 'k' }), wanted('b', { key: 'k' }), sent('a', 'one')]
  expect(checkKeys(story([...both, sent('b', 'one')], []))).toEqual([])
  expect(says(checkKeys(story([...both, sent('b', 'two')], [])))).toEqual(['`k` has made 2 jobs: one, two'])
})

describe('a cancel', () => {
  const cancelled = [
    wanted('a', { kind: 'cancelled' }),
    sent('a', 'a'),
    line(5, 's1.1', { what: 'cancelling', job: 'a' }),
    line(6, 's1.1', { what: 'cancelled', job: 'a', state: 'cancelled' }),
  ]

  test('stays what it was answered', () => {
    expect(checkCancels(story(cancelled, [job('a', { state: 'cancelled' })]))).toEqual([])
    expect(says(checkCancels(story(cancelled, [job('a')])))).toEqual([
      'was `cancelled` when its cancel was answered, and is `completed`',
    ])
  })

  test('lets nothing begin any more', () => {
    const late = line(5000, 'w1.1', { what: 'began', ...attempt('a') })
    // Others go on meanwhile, so that it is no silence of all.
    const others = [1000, 1900, 2800, 3700, 4600].map((at) => line(at, 's2.1', { what: 'up' }))
    const found = checkCancels(story([...cancelled, ...others, late], [job('a', { state: 'cancelled' })]))
    expect(says(found)).toEqual(['attempt 1 began 4994 ms after the cancel was answered'])
  })

  test('was asked for', () => {
    expect(says(checkCancels(story(done('a'), [job('a', { state: 'cancelled' })])))).toEqual([
      'is cancelled, and nobody has asked for that',
    ])
  })
})

test('a delayed job does not begin early', () => {
  const delayed = wanted('a', { kind: 'delayed', notBefore: 500 })
  const began = (wall: number) => line(10, 'w1.1', { what: 'began', ...attempt('a', { wall }) })
  expect(checkDelays(story([delayed, began(500)], []))).toEqual([])
  expect(says(checkDelays(story([delayed, began(498)], [])))).toEqual(['began 2 ms too early'])
})

test('the file is whole, nothing is open, and no process ends by itself', () => {
  const exited = line(1, 'conductor', { what: 'exited', process: 'w1.1', says: 'code 1' })
  const found = checkProcesses(
    story([...done('a'), exited], [job('a')], { integrity: 'row 3 missing', isDrained: false }),
  )
  expect(found.map(({ rule }) => rule)).toEqual(['the file is whole', 'no run is stuck', 'no process ends by itself'])
})

test('a run in which nothing was done shows nothing', () => {
  expect(checkProcesses(story([], [])).map(({ rule }) => rule)).toEqual(['a run shows something'])
  expect(checkProcesses(story(done('a'), [job('a')]))).toEqual([])
})
