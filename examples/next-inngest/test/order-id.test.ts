import { expect, test } from 'vitest'

import { isOrderId, newOrderId } from '../src/order-id.ts'

test('each order has an id of its own', () => {
  expect(newOrderId()).not.toBe(newOrderId())
  expect(isOrderId(newOrderId())).toBe(true)
})

test.each([
  undefined,
  null,
  '',
  '1',
  `${newOrderId()}0`,
  `${newOrderId()}\n`,
  newOrderId().toUpperCase(),
  new File([], 'a'),
])('a browser cannot choose the id %j', (value) => {
  expect(isOrderId(value)).toBe(false)
})
