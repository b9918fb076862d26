import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { Fifo } from './fifo.ts'

describe('Fifo', () => {
  test('is empty at first', () => {
    const queue = new Fifo<number>()
    expect([queue.size, queue.peek(), queue.shift(), queue.size]).toEqual([0, undefined, undefined, 0])
  })

  test('behaves like an array for any sequence of push, peek and shift', () => {
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

  test('keeps its order after it cuts off the consumed part', () => {
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
