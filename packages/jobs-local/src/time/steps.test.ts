import { systemClock } from '@cgk-platform/jobs-core/provider'
import { expect, test } from 'vitest'

import { nextTurn } from '../../test/kit/turns.ts'
import { doInTurns, type Steps } from './steps.ts'
import { TurnLimit } from './turn-limit.ts'

test('does one step of all work in each turn, in turns', async () => {
  const turns = new TurnLimit(systemClock, 1)
  const done: string[] = []
  function* work(name: string): Steps<string> {
    for (let step = 1; step < 3; step++) {
      done.push(name + step)
      yield
    }
    done.push(`${name}3`)
    return name
  }
  const both = Promise.all([doInTurns(work('a'), turns), doInTurns(work('b'), turns)])
  const byTurn = [done.length]
  while (done.length < 6) {
    await nextTurn()
    byTurn.push(done.length)
  }
  expect(done).toEqual(['a1', 'b1', 'a2', 'b2', 'a3', 'b3'])
  expect(byTurn).toEqual([1, 2, 3, 4, 5, 6])
  expect(await both).toEqual(['a', 'b'])
})

test('rejects if a step throws', async () => {
  function* work(): Steps<string> {
    yield
    throw new TypeError('no such job')
  }
  await expect(doInTurns(work(), new TurnLimit(systemClock, 1))).rejects.toThrow('no such job')
})
