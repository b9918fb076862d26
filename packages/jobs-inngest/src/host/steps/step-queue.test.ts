import type { StepCall } from '@cgk-platform/jobs-core/hosted'
import type { Json } from '@cgk-platform/jobs-core/provider'
import { beforeEach, describe, expect, test } from 'vitest'

import { createVirtualClock } from '../../../test/kit/virtual-clock.ts'
import { sha1 } from '../../wire/sha1.ts'
import { createStepQueue, type StepMode } from './step-queue.ts'

const run = (key: string) => ({ kind: 'run', key, work: () => undefined }) as unknown as StepCall
const sleep = (key: string): StepCall => ({ kind: 'sleep', key, durationMs: 1000 })

function open(known: readonly string[] = [], targetStep?: string) {
  const clock = createVirtualClock()
  const reported: [string, string][] = []
  const ends = new Map<string, (output?: Json) => void>()
  const held = new Set<string>()
  const refused: string[] = []
  let busy = 0
  const queue = createStepQueue({
    clock,
    targetStep: targetStep === undefined ? undefined : sha1(targetStep),
    isBusy: () => busy > 0,
    isKnown: ({ key }) => known.includes(key),
    isHeld: ({ key }) => held.has(key),
    refuse: ({ key }) => void refused.push(key),
    perform(call: StepCall, { parallelMode }: StepMode) {
      reported.push([call.key, parallelMode ?? 'wait'])
      if (known.includes(call.key)) return Promise.resolve(call.key)
      return new Promise((resolve) => ends.set(call.key, resolve))
    },
  })
  return { clock, reported, ends, queue, held, refused, setBusy: (count: number) => (busy = count) }
}
let opened: ReturnType<typeof open>

describe('steps that are called for the first time', () => {
  beforeEach(() => (opened = open()))

  test('end independently if one of them is a wait', async () => {
    const { queue, clock, reported } = opened
    void queue.add(run('a'))
    void queue.add(sleep('nap'))
    await clock.advance(0)
    expect(reported).toEqual([
      ['a', 'race'],
      ['nap', 'race'],
    ])
  })

  test('end independently if the wait was reported before and continues', async () => {
    const { queue, clock, reported } = opened
    void queue.add(sleep('nap'))
    await clock.advance(10)
    void queue.add(run('a'))
    await clock.advance(10)
    expect(reported.at(-1)).toEqual(['a', 'race'])
  })

  test('are not reported if the code has ended', async () => {
    const { queue, clock, reported } = opened
    void queue.add(run('a'))
    queue.close()
    await clock.advance(1000)
    expect(reported).toEqual([])
  })

  test('complete their work, but not their waits, after the code threw', async () => {
    const { queue, clock, reported, ends } = opened
    void queue.add(run('a'))
    void queue.add(sleep('nap'))
    let isFinished = false
    const finished = queue.finishWork().then(() => (isFinished = true))
    await clock.advance(10)
    expect([reported.map(([key]) => key), isFinished]).toEqual([['a'], false])
    ends.get('a')!()
    await finished
  })
})

describe('the loser of a race', () => {
  test('is reported when the code waits for it, but not while a step is running', async () => {
    const { queue, clock, reported, setBusy } = open(['winner'])
    void queue.add(sleep('loser'))
    void queue.add(run('winner'))
    setBusy(1)
    await clock.advance(1000)
    expect(reported).toHaveLength(1)
    setBusy(0)
    await clock.advance(1000)
    expect(reported.at(-1)).toEqual(['loser', 'race'])
  })

  test('is reported at once if it is the step that the engine requests', async () => {
    const { queue, clock, reported } = open(['winner'], 'loser')
    void queue.add(run('loser'))
    void queue.add(sleep('winner'))
    await clock.advance(0)
    expect(reported.map(([key]) => key)).toEqual(['loser', 'winner'])
  })
})

test('plans the step after a race, because the end of each racing step can have started a replay', async () => {
  const { queue, clock, reported } = open(['nap', 'a'])
  await Promise.all([queue.add(run('a')), queue.add(sleep('nap')), clock.advance(0)])
  void queue.add(run('next'))
  await clock.advance(0)
  expect(reported.at(-1)).toEqual(['next', 'race'])
})

describe('a new step in front of steps that the code has not called again', () => {
  const patched = (key: string): StepCall => ({ kind: 'patched', key })

  test('starts once the code has called these', async () => {
    const { queue, clock, reported, held } = open(['a', 'b'])
    held.add('new').add('change')
    void queue.add(run('new'))
    void queue.add(patched('change'))
    await Promise.all([queue.add(run('a')), clock.advance(0)])
    expect(reported.map(([key]) => key)).toEqual(['a'])
    held.clear()
    await Promise.all([queue.add(run('b')), clock.advance(0)])
    expect(reported.map(([key]) => key)).toEqual(['a', 'b', 'change'])
    await clock.advance(1000)
    expect(reported.map(([key]) => key)).toEqual(['a', 'b', 'change', 'new'])
  })

  test('is refused if the code can only wait for it, after changes of the code were answered', async () => {
    const { queue, clock, reported, held, refused, ends } = open()
    held.add('new').add('change')
    void queue.add(run('new'))
    void queue.add(patched('change'))
    await clock.advance(900)
    expect([reported, refused]).toEqual([[], []])
    await clock.advance(1000)
    expect([reported.map(([key]) => key), refused]).toEqual([['change'], []])
    ends.get('change')!(false)
    await clock.advance(10_000)
    expect(refused).toEqual(['new'])
  })
})
