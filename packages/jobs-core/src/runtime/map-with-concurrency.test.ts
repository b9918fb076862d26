import { expect, test } from 'vitest'

import { mapWithConcurrency, forEachWithConcurrency } from './map-with-concurrency.ts'

test('returns results in the order of the items and respects the limit', async () => {
  let running = 0
  let maxRunning = 0
  const results = await mapWithConcurrency(
    [1, 2, 3, 4, 5, 6, 7],
    async (item) => {
      maxRunning = Math.max(maxRunning, ++running)
      for (let turns = 0; turns < 8 - item; turns++) await Promise.resolve()
      running--
      return item * 10
    },
    3,
  )
  expect(results).toEqual([10, 20, 30, 40, 50, 60, 70])
  expect(maxRunning).toBe(3)
})

test('rejects with an error of `map`', async () => {
  const fail = async (): Promise<never> => {
    throw new Error('no')
  }
  await expect(mapWithConcurrency([1, 2], fail)).rejects.toThrow('no')
})

test('calls `work` for every item before it throws the first failure', async () => {
  const tried: number[] = []
  const work = async (item: number): Promise<void> => {
    tried.push(item)
    if (item > 1) throw new Error(`no ${item}`)
  }
  await expect(forEachWithConcurrency([1, 2, 3], work, 1)).rejects.toThrow('no 2')
  expect(tried).toEqual([1, 2, 3])
})
