import { systemClock } from '@cgk-platform/jobs-core/provider'
import { expect, test } from 'vitest'

import { nextTurn } from '../test/kit/turns.ts'
import { TurnLimit } from './turn-limit.ts'

test('lets a limited number of calls through in each turn, in order', async () => {
  const limit = new TurnLimit(systemClock, 3)
  const through: number[] = []
  const call = async (number: number): Promise<void> => {
    const turn = limit.next()
    if (turn) await turn
    through.push(number)
  }
  const calls = Array.from({ length: 8 }, (_, number) => call(number))
  const byTurn = [through.length]
  while (through.length < 8) {
    await nextTurn()
    byTurn.push(through.length)
  }
  expect(byTurn).toEqual([3, 6, 8])
  await Promise.all(calls)
  expect(through).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
})

test('a call that comes while others wait goes after them, and a later turn is free again', async () => {
  const limit = new TurnLimit(systemClock, 2)
  expect([limit.next(), limit.next()]).toEqual([undefined, undefined])
  const waits = [limit.next(), limit.next()]
  await nextTurn()
  expect(limit.next()).toBeInstanceOf(Promise)
  for (const wait of waits) await wait
  for (let turn = 0; turn < 3; turn++) await nextTurn()
  expect(limit.next()).toBeUndefined()
})
