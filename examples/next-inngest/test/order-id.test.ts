import { expect, test } from 'vitest'

import { isOrderId, newOrderId } from '../src/order-id.ts'

test('creates a unique id for each order', () => {
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
])('rejects the id %j', (value) => {
  expect(isOrderId(value)).toBe(false)
})
