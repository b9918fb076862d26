import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { Fifo } from './fifo.ts'

describe('Fifo', () => {
  test('an empty one has nothing to peek at or to give', () => {
    const queue = new Fifo<number>()
    expect([queue.size, queue.peek(), queue.shift(), queue.size]).toEqual([0, undefined, undefined, 0])
  })

  test('whatever is pushed, peeked at and shifted, it answers like an array', () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.integer().map((item) => ({ push: item })) },
      fc.constant('shift' as const),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 600, size: 'max' }), (steps) => {
        const queue = new Fifo<number>()
        const model: number[] = []
        for (const one of steps) {
          if (one === 'shift') expect(queue.shift()).toBe(model.shift())
          else {
            queue.push(one.push)
            model.push(one.push)
          }
          expect([queue.size, queue.peek()]).toEqual([model.length, model[0]])
        }
      }),
    )
  })

  test('a queue that is used for long keeps its order past the point where the given part is cut off', () => {
    const queue = new Fifo<number>()
    const given: (number | undefined)[] = []
    let pushed = 0
    for (let round = 0; round < 500; round++) {
      for (let index = 0; index < 3; index++) queue.push(pushed++)
      given.push(queue.shift(), queue.shift())
    }
    while (queue.size > 0) given.push(queue.shift())
    expect(given).toEqual(Array.from({ length: pushed }, (_, index) => index))
  })
})
