import { systemClock } from '@cgk-platform/jobs-core/provider'
import { expect, test } from 'vitest'

import { nextTurn } from '../../test/kit/turns.ts'
import { TurnLimit } from './turn-limit.ts'

test('makes a limited number of calls in each turn, in order', async () => {
  const limit = new TurnLimit(systemClock, 3)
  const made: number[] = []
  const calls = Array.from({ length: 8 }, (_, number) => limit.run(() => made.push(number)))
  const byTurn = [made.length]
  while (made.length < 8) {
    await nextTurn()
    byTurn.push(made.length)
  }
  expect(byTurn).toEqual([3, 6, 8])
  expect(made).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  expect(await Promise.all(calls)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
})

test('a call that comes while others wait goes after them, and a later turn is free again', async () => {
  const limit = new TurnLimit(systemClock, 2)
  const made: string[] = []
  const call = (name: string) => limit.run(() => void made.push(name))
  const before = [call('one'), call('two'), call('three'), call('four')]
  await nextTurn()
  const after = call('five')
  expect(made).toEqual(['one', 'two', 'three', 'four'])
  await Promise.all([...before, after])
  for (let turn = 0; turn < 3; turn++) await nextTurn()
  void call('six')
  expect(made.slice(4)).toEqual(['five', 'six'])
})

test('a call that throws rejects, and does not stop the others', async () => {
  const limit = new TurnLimit(systemClock, 1)
  const calls = [1, 2, 3].map((number) =>
    limit.run(() => {
      if (number < 3) throw new TypeError('no such job')
      return number
    }),
  )
  expect(await Promise.allSettled(calls)).toMatchObject([
    { status: 'rejected' },
    { status: 'rejected' },
    { status: 'fulfilled', value: 3 },
  ])
})
