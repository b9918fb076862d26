import { expect, test } from 'vitest'

import { mapWithConcurrency, forEachWithConcurrency } from './map-with-concurrency.ts'

test('results come in the order of the items, and never more than so many are under way', async () => {
  let underWay = 0
  let most = 0
  const results = await mapWithConcurrency(
    [1, 2, 3, 4, 5, 6, 7],
    async (item) => {
      most = Math.max(most, ++underWay)
      for (let turns = 0; turns < 8 - item; turns++) await Promise.resolve()
      underWay--
      return item * 10
    },
    3,
  )
  expect(results).toEqual([10, 20, 30, 40, 50, 60, 70])
  expect(most).toBe(3)
})

test('an error is told', async () => {
  const fail = async (): Promise<never> => {
    throw new Error('no')
  }
  await expect(mapWithConcurrency([1, 2], fail)).rejects.toThrow('no')
})

test('every item is tried before the first failure is told', async () => {
  const tried: number[] = []
  const work = async (item: number): Promise<void> => {
    tried.push(item)
    if (item > 1) throw new Error(`no ${item}`)
  }
  await expect(forEachWithConcurrency([1, 2, 3], work, 1)).rejects.toThrow('no 2')
  expect(tried).toEqual([1, 2, 3])
})
