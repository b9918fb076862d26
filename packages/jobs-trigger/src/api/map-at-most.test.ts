import { expect, test } from 'vitest'

import { mapAtMost } from './map-at-most.ts'

test('results come in the order of the items, and never more than so many are under way', async () => {
  let underWay = 0
  let most = 0
  const results = await mapAtMost(3, [1, 2, 3, 4, 5, 6, 7], async (item) => {
    most = Math.max(most, ++underWay)
    for (let turns = 0; turns < 8 - item; turns++) await Promise.resolve()
    underWay--
    return item * 10
  })
  expect(results).toEqual([10, 20, 30, 40, 50, 60, 70])
  expect(most).toBe(3)
})

test('nothing is made of nothing', async () => {
  expect(await mapAtMost(3, [], async () => 1)).toEqual([])
})

test('an error is told', async () => {
  const fail = async (): Promise<never> => {
    throw new Error('no')
  }
  await expect(mapAtMost(3, [1, 2], fail)).rejects.toThrow('no')
})
