import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { DueQueue } from './due-queue.ts'

interface Item {
  readonly name: number
  stale: boolean
}

const createQueue = () => new DueQueue<Item>(({ stale }) => stale)
const createItem = (name: number): Item => ({ name, stale: false })

describe('DueQueue', () => {
  test('has no next time and nothing due while empty', () => {
    const queue = createQueue()
    expect([queue.nextAt(), queue.takeDue(Number.MAX_SAFE_INTEGER)]).toEqual([undefined, undefined])
  })

  test('an item is due at its time and not before', () => {
    const queue = createQueue()
    const item = createItem(1)
    queue.push(100, item)
    expect(queue.takeDue(99)).toBeUndefined()
    expect(queue.takeDue(100)).toBe(item)
    expect(queue.takeDue(100)).toBeUndefined()
  })

  test('items due at the same time keep their order, also after others became stale', () => {
    const queue = createQueue()
    const items = Array.from({ length: 50 }, (_, index) => createItem(index))
    for (const item of items) queue.push(7, item)
    for (const item of items.filter(({ name }) => name % 3 > 0)) {
      item.stale = true
      queue.markStale()
    }
    const taken = Array.from({ length: 17 }, () => queue.takeDue(7)?.name)
    expect(taken).toEqual(Array.from({ length: 17 }, (_, index) => index * 3))
    expect(queue.nextAt()).toBeUndefined()
  })

  test('removes stale items once they are more than half, and checks each only a few times', () => {
    let looks = 0
    const queue = new DueQueue<Item>(({ stale }) => {
      looks++
      return stale
    })
    const items = Array.from({ length: 10_000 }, (_, index) => createItem(index))
    for (const item of items) queue.push(item.name, item)
    for (const item of items.slice(0, -1)) {
      item.stale = true
      queue.markStale()
    }
    expect(looks).toBeLessThan(3 * items.length)
    looks = 0
    expect(queue.takeDue(items.length)).toBe(items.at(-1))
    expect(looks).toBeLessThan(10) // the stale items before it are no longer in the queue
  })

  test('behaves like a sorted list for any sequence of operations', () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.nat(50).map((at) => ({ push: at })) },
      { weight: 2, arbitrary: fc.nat().map((which) => ({ stale: which })) },
      { weight: 3, arbitrary: fc.nat(50).map((now) => ({ take: now })) },
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120, size: 'max' }), (steps) => {
        const queue = createQueue()
        let model: { at: number; item: Item }[] = []
        let made = 0
        for (const one of steps) {
          if ('push' in one) {
            const item = createItem(made++)
            queue.push(one.push, item)
            model.push({ at: one.push, item })
            model = model.toSorted((a, b) => a.at - b.at || a.item.name - b.item.name)
          } else if ('stale' in one) {
            const [gone] = model.splice(model.length === 0 ? 0 : one.stale % model.length, 1)
            if (gone) {
              gone.item.stale = true
              queue.markStale()
            }
          } else {
            const due = model[0] && model[0].at <= one.take ? model.shift()!.item : undefined
            expect(queue.takeDue(one.take)).toBe(due)
          }
          expect(queue.nextAt()).toBe(model[0]?.at)
        }
      }),
    )
  })
})
